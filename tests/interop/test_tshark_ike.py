# SPDX-License-Identifier: GPL-2.0-or-later
"""IKEv2 of other people's programs: `mooring decode` and tshark must see the same payloads with the same lengths,
numbers and octets in the cleartext of every message. Captures are looked for in $MOORING_CAPTURES or
../shared/captures.

timeout: 120
"""
import json
import os
import shutil
import subprocess
import sys

TOP = os.environ.get('MOORING_TOP') or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MOORING = os.environ.get('MOORING', os.path.join(TOP, 'build', 'mooring'))
CAPTURES = os.environ.get('MOORING_CAPTURES', os.path.join(TOP, '..', 'shared', 'captures'))
FILES = ('recorded/eapaka-ok.pcap', 'recorded/ss1.pcap', 'tcpdump/ikev2four.pcap', 'scapy/ikev2_notify_redirect.pcap',
         'corelight/ipsec_client.pcap')
SHOWN = 64                      # octets that the dissector shows of a long value


def number(text):
    return str(int(text.split()[0], 0))


def octets(text):
    return text.replace(':', '').replace('0x', '').removesuffix('...')[:2 * SHOWN].replace('-', '')


# layer and field of the dissector, tshark's fields in the order of reading, what makes both comparable
SAME = (
    ('ike', 'initiator-spi', 'isakmp.ispi', octets),
    ('ike', 'responder-spi', 'isakmp.rspi', octets),
    ('ike', 'exchange-type', 'isakmp.exchangetype', number),
    ('ike', 'message-id', 'isakmp.messageid', number),
    ('ike', 'length', 'isakmp.length', number),
    ('proposal', 'number', 'isakmp.prop.number', number),
    ('proposal', 'protocol', 'isakmp.prop.protoid', number),
    ('proposal', 'transforms', 'isakmp.prop.transforms', number),
    ('transform', 'type', 'isakmp.tf.type', number),
    ('transform', 'key-length', 'isakmp.ike2.attr.key_length', number),
    ('ke', 'group', 'isakmp.key_exchange.dh_group', number),
    ('ke', 'data', 'isakmp.key_exchange.data', octets),
    ('nonce', 'data', 'isakmp.nonce', octets),
    ('notify', 'protocol', 'isakmp.notify.protoid', number),
    ('notify', 'type', 'isakmp.notify.msgtype', number),
    ('notify', 'gw-type', 'isakmp.notify.data.redirect.gw_ident.type', number),
    ('vendor-id', 'data', 'isakmp.vid_bytes', octets),
    ('certreq', 'encoding', 'isakmp.certreq.type', number),
    ('skf', 'fragment', 'isakmp.frag.number', number),
    ('esp', 'spi', 'esp.spi', number),
    ('esp', 'sequence', 'esp.sequence', number),
)
TRANSFORM_IDS = ('encr', 'prf', 'integ', 'dh', 'esn')
INSIDE = ('attribute', 'selector')      # layers that tshark gives no payload length


def walk(layer, found):
    for item in layer.get('items', layer.get('layers', ())):
        if 'note' in item:
            continue
        if 'layer' not in item:
            found.setdefault((layer.get('layer'), item['field']), []).append(item['value'])
            continue
        found.setdefault('layers', []).append((item['layer'], item['len']))
        walk(item, found)


def ours(path):
    done = subprocess.run([MOORING, 'decode', '--json', '-q', path], stdout=subprocess.PIPE, check=True, text=True)
    for line in done.stdout.splitlines():
        found = {}
        walk(json.loads(line), found)
        yield found


def theirs(path):
    names = [row[2] for row in SAME] + ['isakmp.payloadlength'] + ['isakmp.tf.id.' + x for x in TRANSFORM_IDS]
    argv = ['tshark', '-r', path, '-o', 'ip.defragment:FALSE', '-T', 'fields', '-E', 'aggregator=;']
    done = subprocess.run(argv + [w for n in names for w in ('-e', n)], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, check=True, text=True)
    for line in done.stdout.splitlines():
        cells = line.split('\t')
        yield {name: [x for x in cell.split(';') if x] for name, cell in zip(names, cells)}


def lengths(found):
    names = [name for name, _ in found.get('layers', ())]
    if 'ike' not in names:
        return []
    rest = found['layers'][names.index('ike') + 1:]
    return [n for name, n in rest if name not in INSIDE]


def is_fragment(found):
    """Neither side puts fragments together here; tshark reads what it can of a first one, the dissector nothing."""
    return any('MF' in x for x in found.get(('ip4', 'flags'), ())) or any(
        x != '0' for x in found.get(('ip4', 'fragment-offset'), ()))


def compare(found, seen):
    """What differs in one frame, and how many values were compared."""
    wrong, compared = [], 0
    for layer, field, name, same in SAME:
        mine = [same(x) for x in found.get((layer, field), ())]
        judge = [same(x) for x in seen[name]]
        compared += len(judge)
        if mine != judge:
            wrong.append('%s.%s: %s, tshark %s' % (layer, field, mine, judge))
    ids = sorted(number(x) for x in found.get(('transform', 'id'), ()))
    judge = sorted(x for name in TRANSFORM_IDS for x in seen['isakmp.tf.id.' + name])
    if ids != judge:
        wrong.append('transform ids: %s, tshark %s' % (ids, judge))
    if lengths(found) != [int(x) for x in seen['isakmp.payloadlength']]:
        wrong.append('lengths: %s, tshark %s' % (lengths(found), seen['isakmp.payloadlength']))
    return wrong, compared + len(judge) + len(lengths(found))


def main():
    if not shutil.which('tshark'):
        print('SKIP: tshark is not installed')
        return 77
    paths = [os.path.join(CAPTURES, name) for name in FILES]
    paths = [path for path in paths if os.path.exists(path)]
    if not paths:
        print('SKIP: no third-party captures in $MOORING_CAPTURES or ../shared/captures')
        return 77
    failures = total = 0
    for path in paths:
        frames = list(zip(ours(path), theirs(path), strict=True))
        for index, (found, seen) in enumerate(frames, 1):
            if is_fragment(found):
                continue
            wrong, compared = compare(found, seen)
            total += compared
            failures += len(wrong)
            for text in wrong:
                print('%s frame %d: %s' % (os.path.basename(path), index, text))
    print('%d captures, %d values compared, %d differ' % (len(paths), total, failures))
    return 1 if failures or not total else 0


if __name__ == '__main__':
    sys.exit(main())
