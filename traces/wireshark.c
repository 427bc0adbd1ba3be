/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wireshark/ folder of a run: a configuration folder for Wireshark and tshark. It exists because neither takes
 * UDP port 4191 [RFC 5555 4.1] apart by itself; its IPv4 dissector looks at the version and so serves an inner IPv6
 * packet, too (the other way round it fails). The keys beside it (traces/keys.h) are used when ESP is to be decrypted,
 * which Wireshark does not do by itself.
 */
#include <errno.h>
#include <sys/stat.h>

#include "traces/manifest.h"
#include "traces/out.h"

static const char decode_as[] =
	"# DSMIPv6 in UDP: IPv4 or IPv6 behind the UDP header [RFC 5555 4.1]\n"
	"decode_as_entry: udp.port,4191,(none),IPv4\n";

static const char preferences[] =
	"# Columns: interface (node.link) and direction of each frame beside the usual ones.\n"
	"gui.column.format: \n"
	"\t\"No.\", \"%m\",\n"
	"\t\"Time\", \"%t\",\n"
	"\t\"Interface\", \"%Cus:frame.interface_name:0:R\",\n"
	"\t\"Direction\", \"%Cus:frame.packet_flags_direction:0:R\",\n"
	"\t\"Source\", \"%s\",\n"
	"\t\"Destination\", \"%d\",\n"
	"\t\"Protocol\", \"%p\",\n"
	"\t\"Length\", \"%L\",\n"
	"\t\"Info\", \"%i\"\n"
	"nameres.network_name: FALSE\n"
	"nameres.mac_name: FALSE\n"
	"ip.check_checksum: TRUE\n"
	"esp.enable_encryption_decode: TRUE\n"
	"esp.enable_authentication_check: TRUE\n"
	"udp.check_checksum: TRUE\n";

/* name@filter@[background][foreground], 16 bits a colour; the first that matches wins */
static const char colours[] =
	"@BA that refuses@mip6.ba.status >= 128@[65535,40000,40000][0,0,0]\n"
	"@Binding Update@mip6.mhtype == 5@[50000,65535,50000][0,0,0]\n"
	"@Binding Acknowledgement@mip6.mhtype == 6@[42000,60000,42000][0,0,0]\n"
	"@Other mobility messages@mipv6@[58000,65535,50000][0,0,0]\n"
	"@Router discovery@icmpv6.type == 133 || icmpv6.type == 134@[55000,58000,65535][0,0,0]\n"
	"@IKEv2@isakmp@[65535,58000,50000][0,0,0]\n"
	"@DHCP@dhcp@[65535,60000,45000][0,0,0]\n"
	"@In UDP 4191@udp.port == 4191@[60000,60000,65535][0,0,0]\n"
	"@ICMP errors@icmpv6.type < 128 || icmp.type == 3@[0,0,0][65535,45000,45000]\n"
	"@As received@frame.packet_flags_direction == 1@[65535,65535,65535][36000,36000,36000]\n";

static const char buttons[] =
	"\"TRUE\",\"sent once\",\"frame.packet_flags_direction == 2\",\"each frame where it was sent\"\n"
	"\"TRUE\",\"signalling\",\"(mipv6 || isakmp) && frame.packet_flags_direction == 2\",\"mobility messages and IKEv2\"\n"
	"\"TRUE\",\"movement\",\"mipv6 || icmpv6.type == 133 || icmpv6.type == 134 || dhcp\",\"what a handover is made of\"\n";

static const char readme[] =
	"A configuration folder for Wireshark and tshark, made for the trace beside it. From the run's folder:\n"
	"\n"
	"\tWIRESHARK_CONFIG_DIR=wireshark tshark -r trace.pcapng -Y mipv6\n"
	"\tWIRESHARK_CONFIG_DIR=wireshark wireshark trace.pcapng\n"
	"\n"
	"To keep it as a profile, copy the folder to ~/.config/wireshark/profiles/mooring and say `-C mooring`.\n"
	"Without it, say `-d udp.port==4191,ip` (not ipv6: that fails on an inner IPv4 packet).\n"
	"ikev2_decryption_table and esp_sa hold the run's keys: IKE_AUTH, EAP and what is inside ESP are readable.\n"
	"ike.keys holds more of them for `mooring replay --keys wireshark trace.pcapng`.\n"
	"\n"
	"Each interface is a node on a link; a frame stands in the trace where it was sent (direction 2, outbound) and\n"
	"where it was received (1, inbound), so a frame that was lost has no inbound copy.\n";

bool wireshark_write(const char *dir, GError **error)
{
	static const struct { const char *name, *text; } files[] = {
		{ "decode_as_entries", decode_as }, { "preferences", preferences }, { "colorfilters", colours },
		{ "dfilter_buttons", buttons }, { "README", readme },
	};
	bool ok = true;

	if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
		g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s", dir, g_strerror(errno));
		return false;
	}
	for (size_t i = 0; ok && i < G_N_ELEMENTS(files); i++) {
		char *path = g_build_filename(dir, files[i].name, NULL);

		ok = trace_out_file(path, files[i].text, strlen(files[i].text), error);
		g_free(path);
	}
	return ok;
}
