/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: names of IKEv2 numbers
 *
 * As the IANA registry "Internet Key Exchange Version 2 (IKEv2) Parameters" writes them, without the prefixes that the
 * number space already says (ENCR_, PRF_, AUTH_, ID_). Not listed: reserved and private values, but for the notify
 * that this program uses.
 */
#include <stddef.h>
#include <stdint.h>

#include "wire/ike_num.h"

struct name {
	uint16_t value;
	const char *text;
};

static const struct name exchanges[] = {
	{ 34, "IKE_SA_INIT" }, { 35, "IKE_AUTH" }, { 36, "CREATE_CHILD_SA" }, { 37, "INFORMATIONAL" },
	{ 38, "IKE_SESSION_RESUME" }, { 0, NULL },
};

static const struct name payloads[] = {		/* the notation of RFC 7296 1.2 and RFC 7383 */
	{ 33, "SA" }, { 34, "KE" }, { 35, "IDi" }, { 36, "IDr" }, { 37, "CERT" }, { 38, "CERTREQ" }, { 39, "AUTH" },
	{ 40, "No" }, { 41, "N" }, { 42, "D" }, { 43, "V" }, { 44, "TSi" }, { 45, "TSr" }, { 46, "SK" }, { 47, "CP" },
	{ 48, "EAP" }, { 49, "GSPM" }, { 50, "IDg" }, { 51, "GSA" }, { 52, "KD" }, { 53, "SKF" }, { 54, "PS" },
	{ 0, NULL },
};

static const struct name protocols[] = { { 1, "IKE" }, { 2, "AH" }, { 3, "ESP" }, { 0, NULL } };

static const struct name transform_types[] = {
	{ 1, "ENCR" }, { 2, "PRF" }, { 3, "INTEG" }, { 4, "DH" }, { 5, "ESN" }, { 6, "ADDKE1" }, { 7, "ADDKE2" },
	{ 8, "ADDKE3" }, { 9, "ADDKE4" }, { 10, "ADDKE5" }, { 11, "ADDKE6" }, { 12, "ADDKE7" }, { 0, NULL },
};

static const struct name ciphers[] = {
	{ 1, "DES_IV64" }, { 2, "DES" }, { 3, "3DES" }, { 4, "RC5" }, { 5, "IDEA" }, { 6, "CAST" }, { 7, "BLOWFISH" },
	{ 8, "3IDEA" }, { 9, "DES_IV32" }, { 11, "NULL" }, { 12, "AES_CBC" }, { 13, "AES_CTR" }, { 14, "AES_CCM_8" },
	{ 15, "AES_CCM_12" }, { 16, "AES_CCM_16" }, { 18, "AES_GCM_8" }, { 19, "AES_GCM_12" }, { 20, "AES_GCM_16" },
	{ 21, "NULL_AUTH_AES_GMAC" }, { 23, "CAMELLIA_CBC" }, { 24, "CAMELLIA_CTR" }, { 25, "CAMELLIA_CCM_8" },
	{ 26, "CAMELLIA_CCM_12" }, { 27, "CAMELLIA_CCM_16" }, { 28, "CHACHA20_POLY1305" }, { 0, NULL },
};

static const struct name prfs[] = {
	{ 1, "HMAC_MD5" }, { 2, "HMAC_SHA1" }, { 3, "HMAC_TIGER" }, { 4, "AES128_XCBC" }, { 5, "HMAC_SHA2_256" },
	{ 6, "HMAC_SHA2_384" }, { 7, "HMAC_SHA2_512" }, { 8, "AES128_CMAC" }, { 0, NULL },
};

static const struct name integs[] = {
	{ 0, "NONE" }, { 1, "HMAC_MD5_96" }, { 2, "HMAC_SHA1_96" }, { 3, "DES_MAC" }, { 4, "KPDK_MD5" },
	{ 5, "AES_XCBC_96" }, { 6, "HMAC_MD5_128" }, { 7, "HMAC_SHA1_160" }, { 8, "AES_CMAC_96" },
	{ 9, "AES_128_GMAC" }, { 10, "AES_192_GMAC" }, { 11, "AES_256_GMAC" }, { 12, "HMAC_SHA2_256_128" },
	{ 13, "HMAC_SHA2_384_192" }, { 14, "HMAC_SHA2_512_256" }, { 0, NULL },
};

static const struct name groups[] = {
	{ 0, "NONE" }, { 1, "MODP_768" }, { 2, "MODP_1024" }, { 5, "MODP_1536" }, { 14, "MODP_2048" },
	{ 15, "MODP_3072" }, { 16, "MODP_4096" }, { 17, "MODP_6144" }, { 18, "MODP_8192" }, { 19, "ECP_256" },
	{ 20, "ECP_384" }, { 21, "ECP_521" }, { 22, "MODP_1024_160" }, { 23, "MODP_2048_224" },
	{ 24, "MODP_2048_256" }, { 25, "ECP_192" }, { 26, "ECP_224" }, { 27, "BRAINPOOL_P224R1" },
	{ 28, "BRAINPOOL_P256R1" }, { 29, "BRAINPOOL_P384R1" }, { 30, "BRAINPOOL_P512R1" }, { 31, "CURVE25519" },
	{ 32, "CURVE448" }, { 0, NULL },
};

static const struct name esns[] = { { 0, "no extended sequence numbers" }, { 1, "extended sequence numbers" },
				    { 0, NULL } };

static const struct name ids[] = {
	{ 1, "IPV4_ADDR" }, { 2, "FQDN" }, { 3, "RFC822_ADDR" }, { 5, "IPV6_ADDR" }, { 9, "DER_ASN1_DN" },
	{ 10, "DER_ASN1_GN" }, { 11, "KEY_ID" }, { 12, "FC_NAME" }, { 13, "NULL" }, { 0, NULL },
};

static const struct name certs[] = {
	{ 1, "PKCS #7 wrapped X.509 certificate" }, { 2, "PGP certificate" }, { 3, "DNS signed key" },
	{ 4, "X.509 certificate - signature" }, { 6, "Kerberos token" }, { 7, "certificate revocation list" },
	{ 8, "authority revocation list" }, { 9, "SPKI certificate" }, { 10, "X.509 certificate - attribute" },
	{ 11, "raw RSA key" }, { 12, "hash and URL of X.509 certificate" }, { 13, "hash and URL of X.509 bundle" },
	{ 14, "OCSP content" }, { 15, "raw public key" }, { 0, NULL },
};

static const struct name auths[] = {
	{ 1, "RSA digital signature" }, { 2, "shared key message integrity code" }, { 3, "DSS digital signature" },
	{ 9, "ECDSA with SHA-256 on P-256" }, { 10, "ECDSA with SHA-384 on P-384" },
	{ 11, "ECDSA with SHA-512 on P-521" }, { 12, "generic secure password" }, { 13, "NULL authentication" },
	{ 14, "digital signature" }, { 0, NULL },
};

static const struct name hashes[] = {
	{ 1, "SHA1" }, { 2, "SHA2-256" }, { 3, "SHA2-384" }, { 4, "SHA2-512" }, { 5, "Identity" }, { 0, NULL },
};

static const struct name notifies[] = {
	{ 1, "UNSUPPORTED_CRITICAL_PAYLOAD" }, { 4, "INVALID_IKE_SPI" }, { 5, "INVALID_MAJOR_VERSION" },
	{ 7, "INVALID_SYNTAX" }, { 9, "INVALID_MESSAGE_ID" }, { 11, "INVALID_SPI" }, { 14, "NO_PROPOSAL_CHOSEN" },
	{ 17, "INVALID_KE_PAYLOAD" }, { 24, "AUTHENTICATION_FAILED" }, { 34, "SINGLE_PAIR_REQUIRED" },
	{ 35, "NO_ADDITIONAL_SAS" }, { 36, "INTERNAL_ADDRESS_FAILURE" }, { 37, "FAILED_CP_REQUIRED" },
	{ 38, "TS_UNACCEPTABLE" }, { 39, "INVALID_SELECTORS" }, { 40, "UNACCEPTABLE_ADDRESSES" },
	{ 41, "UNEXPECTED_NAT_DETECTED" }, { 42, "USE_ASSIGNED_HoA" }, { 43, "TEMPORARY_FAILURE" },
	{ 44, "CHILD_SA_NOT_FOUND" }, { 45, "INVALID_GROUP_ID" }, { 46, "AUTHORIZATION_FAILED" },
	{ 16384, "INITIAL_CONTACT" }, { 16385, "SET_WINDOW_SIZE" }, { 16386, "ADDITIONAL_TS_POSSIBLE" },
	{ 16387, "IPCOMP_SUPPORTED" }, { 16388, "NAT_DETECTION_SOURCE_IP" },
	{ 16389, "NAT_DETECTION_DESTINATION_IP" }, { 16390, "COOKIE" }, { 16391, "USE_TRANSPORT_MODE" },
	{ 16392, "HTTP_CERT_LOOKUP_SUPPORTED" }, { 16393, "REKEY_SA" }, { 16394, "ESP_TFC_PADDING_NOT_SUPPORTED" },
	{ 16395, "NON_FIRST_FRAGMENTS_ALSO" }, { 16396, "MOBIKE_SUPPORTED" }, { 16397, "ADDITIONAL_IP4_ADDRESS" },
	{ 16398, "ADDITIONAL_IP6_ADDRESS" }, { 16399, "NO_ADDITIONAL_ADDRESSES" }, { 16400, "UPDATE_SA_ADDRESSES" },
	{ 16401, "COOKIE2" }, { 16402, "NO_NATS_ALLOWED" }, { 16403, "AUTH_LIFETIME" },
	{ 16404, "MULTIPLE_AUTH_SUPPORTED" }, { 16405, "ANOTHER_AUTH_FOLLOWS" }, { 16406, "REDIRECT_SUPPORTED" },
	{ 16407, "REDIRECT" }, { 16408, "REDIRECTED_FROM" }, { 16409, "TICKET_LT_OPAQUE" },
	{ 16410, "TICKET_REQUEST" }, { 16411, "TICKET_ACK" }, { 16412, "TICKET_NACK" }, { 16413, "TICKET_OPAQUE" },
	{ 16414, "LINK_ID" }, { 16415, "USE_WESP_MODE" }, { 16416, "ROHC_SUPPORTED" },
	{ 16417, "EAP_ONLY_AUTHENTICATION" }, { 16418, "CHILDLESS_IKEV2_SUPPORTED" },
	{ 16419, "QUICK_CRASH_DETECTION" }, { 16420, "IKEV2_MESSAGE_ID_SYNC_SUPPORTED" },
	{ 16421, "IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED" }, { 16422, "IKEV2_MESSAGE_ID_SYNC" },
	{ 16423, "IPSEC_REPLAY_COUNTER_SYNC" }, { 16424, "SECURE_PASSWORD_METHODS" }, { 16425, "PSK_PERSIST" },
	{ 16426, "PSK_CONFIRM" }, { 16427, "ERX_SUPPORTED" }, { 16428, "IFOM_CAPABILITY" },
	{ 16429, "SENDER_REQUEST_ID" }, { 16430, "IKEV2_FRAGMENTATION_SUPPORTED" },
	{ 16431, "SIGNATURE_HASH_ALGORITHMS" }, { 16432, "CLONE_IKE_SA_SUPPORTED" }, { 16433, "CLONE_IKE_SA" },
	{ 16434, "PUZZLE" }, { 16435, "USE_PPK" }, { 16436, "PPK_IDENTITY" }, { 16437, "NO_PPK_AUTH" },
	{ IKE_N_PDN_IDENTIFIER, "PDN_IDENTIFIER" }, { 0, NULL },
};

static const struct name selectors[] = { { 7, "IPV4_ADDR_RANGE" }, { 8, "IPV6_ADDR_RANGE" },
					 { 9, "FC_ADDR_RANGE" }, { 0, NULL } };

static const struct name cp_types[] = {
	{ 1, "CFG_REQUEST" }, { 2, "CFG_REPLY" }, { 3, "CFG_SET" }, { 4, "CFG_ACK" }, { 0, NULL },
};

static const struct name cp_attrs[] = {
	{ 1, "INTERNAL_IP4_ADDRESS" }, { 2, "INTERNAL_IP4_NETMASK" }, { 3, "INTERNAL_IP4_DNS" },
	{ 4, "INTERNAL_IP4_NBNS" }, { 6, "INTERNAL_IP4_DHCP" }, { 7, "APPLICATION_VERSION" },
	{ 8, "INTERNAL_IP6_ADDRESS" }, { 10, "INTERNAL_IP6_DNS" }, { 12, "INTERNAL_IP6_DHCP" },
	{ 13, "INTERNAL_IP4_SUBNET" }, { 14, "SUPPORTED_ATTRIBUTES" }, { 15, "INTERNAL_IP6_SUBNET" },
	{ 16, "MIP6_HOME_PREFIX" }, { 17, "INTERNAL_IP6_LINK" }, { 18, "INTERNAL_IP6_PREFIX" },
	{ 19, "HOME_AGENT_ADDRESS" }, { 20, "P_CSCF_IP4_ADDRESS" }, { 21, "P_CSCF_IP6_ADDRESS" }, { 22, "FTT_KAT" },
	{ 23, "EXTERNAL_SOURCE_IP4_NAT_INFO" }, { 24, "TIMEOUT_PERIOD_FOR_LIVENESS_CHECK" }, { 0, NULL },
};

static const struct name gateways[] = { { 1, "IPv4" }, { 2, "IPv6" }, { 3, "FQDN" }, { 0, NULL } };

static const struct name *const spaces[IKE_SPACE_N] = {
	[IKE_SPACE_EXCHANGE] = exchanges, [IKE_SPACE_PAYLOAD] = payloads, [IKE_SPACE_PROTOCOL] = protocols,
	[IKE_SPACE_TRANSFORM_TYPE] = transform_types, [IKE_SPACE_ENCR] = ciphers, [IKE_SPACE_PRF] = prfs,
	[IKE_SPACE_INTEG] = integs, [IKE_SPACE_DH] = groups, [IKE_SPACE_ESN] = esns, [IKE_SPACE_ID] = ids,
	[IKE_SPACE_CERT] = certs, [IKE_SPACE_AUTH] = auths, [IKE_SPACE_HASH] = hashes, [IKE_SPACE_NOTIFY] = notifies,
	[IKE_SPACE_TS] = selectors, [IKE_SPACE_CP] = cp_types, [IKE_SPACE_CP_ATTR] = cp_attrs,
	[IKE_SPACE_GW] = gateways,
};

const char *ike_name(enum ike_space space, unsigned value)
{
	const struct name *row;

	if (space >= IKE_SPACE_N)
		return NULL;
	for (row = spaces[space]; row->text; row++)
		if (row->value == value)
			return row->text;
	return NULL;
}

enum ike_space ike_transform_space(unsigned transform_type)
{
	switch (transform_type) {
	case IKE_T_ENCR: return IKE_SPACE_ENCR;
	case IKE_T_PRF: return IKE_SPACE_PRF;
	case IKE_T_INTEG: return IKE_SPACE_INTEG;
	case IKE_T_DH: return IKE_SPACE_DH;
	case IKE_T_ESN: return IKE_SPACE_ESN;
	}
	return IKE_SPACE_N;
}
