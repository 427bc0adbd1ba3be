# SPDX-License-Identifier: GPL-2.0-or-later
"""A web server of the files in a folder (argv), at the node's own address, which asks nobody for its name."""
import functools
import http.server
import os
import socket
import socketserver
import sys


class Server(socketserver.ThreadingTCPServer):
    address_family = socket.AF_INET6
    allow_reuse_address = True


files = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[1])
Server((os.environ['MOORING_IP6'], 8000), files).serve_forever()
