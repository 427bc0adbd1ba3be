# SPDX-License-Identifier: GPL-2.0-or-later
"""A headless Chromium, spoken to through its debugging pipe (JSON texts that end with a zero octet), so that nothing
beside the browser is needed. What it asks of the network and complains of on its console is kept."""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ('chromium', 'chromium-browser', 'google-chrome')
LIMIT = 60


def program():
    return next((path for path in map(shutil.which, NAMES) if path), None)


class Chromium:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix='mooring-chromium-')
        to_read, self.to = os.pipe()
        self.back, back_write = os.pipe()
        argv = [program(), '--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run',
                '--disable-dev-shm-usage',
                '--disable-background-networking', '--remote-debugging-pipe', '--user-data-dir=' + self.folder.name]
        # the browser reads from descriptor 3 and writes to 4, whatever ours are
        words = 'exec 3<&%d 4>&%d; exec "$@"' % (to_read, back_write)
        self.process = subprocess.Popen(['bash', '-c', words, 'chromium'] + argv, pass_fds=(to_read, back_write),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(back_write)
        self.number, self.pending, self.events = 0, b'', []
        target = self.ask('Target.createTarget', session=None, url='about:blank')['targetId']
        self.session = self.ask('Target.attachToTarget', session=None, targetId=target, flatten=True)['sessionId']
        for domain in ('Page', 'Network', 'Runtime', 'Log'):
            self.ask(domain + '.enable')

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.back)
        time.sleep(0.3)     # its children leave their folder
        shutil.rmtree(self.folder.name, ignore_errors=True)
        self.folder._finalizer.detach()

    def read(self, until):
        while b'\0' not in self.pending:
            if not select.select([self.back], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError('Chromium does not answer')
            octets = os.read(self.back, 1 << 20)
            if not octets:
                raise EOFError('Chromium ended')
            self.pending += octets
        text, self.pending = self.pending.split(b'\0', 1)
        return json.loads(text)

    def ask(self, method, session='', **params):
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': params}
        if session is not None:
            message['sessionId'] = self.session
        os.write(self.to, json.dumps(message).encode() + b'\0')
        until = time.monotonic() + LIMIT
        while True:
            got = self.read(until)
            if got.get('id') == self.number:
                if 'error' in got:
                    raise RuntimeError('%s: %s' % (method, got['error']))
                return got['result']
            self.events.append(got)

    def open(self, path, width=1280, height=900, dark=False, script=True):
        """Loads a file; what was told before is forgotten."""
        self.ask('Emulation.setScriptExecutionDisabled', value=not script)
        self.ask('Emulation.setEmulatedMedia', features=[
            {'name': 'prefers-color-scheme', 'value': 'dark' if dark else 'light'}])
        self.ask('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.ask('Page.navigate', url='about:blank')
        self.events = []
        self.ask('Page.navigate', url='file://' + os.path.abspath(path))
        until = time.monotonic() + LIMIT
        # the empty page's event may come late: it is not what is waited for
        while self.value('location.protocol + document.readyState') != 'file:complete':
            if time.monotonic() > until:
                raise TimeoutError('%s is not loaded' % path)
            time.sleep(0.05)
        time.sleep(0.2)
        self.ask('Page.getFrameTree')

    def told(self, method):
        return [e['params'] for e in self.events if e.get('method') == method]

    def requests(self):
        """Addresses that the page asked for, but for itself and what stands in it."""
        urls = [e['request']['url'] for e in self.told('Network.requestWillBeSent')]
        return [url for url in urls if not url.startswith(('data:', 'about:'))]

    def complaints(self):
        return self.told('Runtime.exceptionThrown') + self.told('Runtime.consoleAPICalled') + \
            self.told('Log.entryAdded')

    def value(self, expression):
        got = self.ask('Runtime.evaluate', expression=expression, returnByValue=True)
        if 'exceptionDetails' in got:
            raise RuntimeError(str(got['exceptionDetails']))
        return got['result'].get('value')

    def picture(self, path, whole=False):
        got = self.ask('Page.captureScreenshot', format='png', captureBeyondViewport=whole)
        with open(path, 'wb') as f:
            f.write(base64.b64decode(got['data']))
