#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# freeDiameterd as the agent between a live run's home agents and its AAA server: everybody connects to it, without TLS.
# Files go to $MOORING_TEST_DIR. With KILL_AFTER it is killed after so many seconds, and started again a second later;
# with CAPTURE the wire's traffic goes to that file.
set -eu
cd "$MOORING_TEST_DIR"
ext=/usr/lib/freeDiameter
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
	-subj "/CN=$MOORING_AAA_IDENTITY" -keyout agent.key -out agent.pem \
	2>/dev/null
echo "ALLOW_IPSEC *.example" > agent.acl
cat > agent.conf <<END
Identity = "$MOORING_AAA_IDENTITY";
Realm = "$MOORING_AAA_REALM";
Port = 3868;
SecPort = 3869;
No_SCTP;
ListenOn = "$MOORING_AAA_IP4";
TwTimer = 6;
TcTimer = 5;
TLS_Cred = "$PWD/agent.pem", "$PWD/agent.key";
TLS_CA = "$PWD/agent.pem";
LoadExtension = "$ext/dict_rfc5777.fdx";
LoadExtension = "$ext/dict_nasreq.fdx";
LoadExtension = "$ext/dict_eap.fdx";
LoadExtension = "$ext/dict_nas_mipv6.fdx";
LoadExtension = "$ext/dict_mip6i.fdx";
LoadExtension = "$ext/dict_mip6a.fdx";
LoadExtension = "$ext/dict_dcca.fdx";
LoadExtension = "$ext/dict_dcca_3gpp.fdx";
LoadExtension = "$ext/acl_wl.fdx" : "$PWD/agent.acl";
END
if [ -n "${CAPTURE:-}" ]; then
	tcpdump --immediate-mode -i aaa0 -U -w "$CAPTURE" port 3868 2>/dev/null &
fi
if [ -n "${KILL_AFTER:-}" ]; then
	freeDiameterd -c "$PWD/agent.conf" > agent.log 2>&1 &
	sleep "$KILL_AFTER"
	kill -9 $!
	sleep 1
fi
exec freeDiameterd -c "$PWD/agent.conf" >> agent.log 2>&1
