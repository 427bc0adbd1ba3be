/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: names and types of Diameter's numbers
 *
 * The attribute-value pairs of RFC 6733 4.5, RFC 4072 4.1, RFC 5447 4.2, RFC 5778 6, RFC 5779 4 and TS 29.272 7.3 that
 * a home agent, its AAA server and agents between them use, with the M bit as these documents want it sent.
 */
#include "wire/diameter.h"

/* In the order of their ids. */
static const struct diam_row rows[] = {
	{ AVP_USER_NAME, "User-Name", DIAM_T_TEXT, true },
	{ AVP_STATE, "State", DIAM_T_OCTETS, true },
	{ AVP_CLASS, "Class", DIAM_T_OCTETS, true },
	{ AVP_SESSION_TIMEOUT, "Session-Timeout", DIAM_T_U32, true },
	{ AVP_PROXY_STATE, "Proxy-State", DIAM_T_OCTETS, true },
	{ AVP_MIP6_FEATURE_VECTOR, "MIP6-Feature-Vector", DIAM_T_U64, true },
	{ AVP_MIP6_HOME_LINK_PREFIX, "MIP6-Home-Link-Prefix", DIAM_T_PREFIX6, true },
	{ AVP_HOST_IP_ADDRESS, "Host-IP-Address", DIAM_T_ADDRESS, true },
	{ AVP_AUTH_APPLICATION_ID, "Auth-Application-Id", DIAM_T_U32, true },
	{ AVP_ACCT_APPLICATION_ID, "Acct-Application-Id", DIAM_T_U32, true },
	{ AVP_VENDOR_SPECIFIC_APPLICATION_ID, "Vendor-Specific-Application-Id", DIAM_T_GROUP, true },
	{ AVP_SESSION_ID, "Session-Id", DIAM_T_TEXT, true },
	{ AVP_ORIGIN_HOST, "Origin-Host", DIAM_T_IDENTITY, true },
	{ AVP_SUPPORTED_VENDOR_ID, "Supported-Vendor-Id", DIAM_T_U32, true },
	{ AVP_VENDOR_ID, "Vendor-Id", DIAM_T_U32, true },
	{ AVP_FIRMWARE_REVISION, "Firmware-Revision", DIAM_T_U32, false },
	{ AVP_RESULT_CODE, "Result-Code", DIAM_T_U32, true },
	{ AVP_PRODUCT_NAME, "Product-Name", DIAM_T_TEXT, false },
	{ AVP_DISCONNECT_CAUSE, "Disconnect-Cause", DIAM_T_ENUM, true },
	{ AVP_AUTH_REQUEST_TYPE, "Auth-Request-Type", DIAM_T_ENUM, true },
	{ AVP_AUTH_SESSION_STATE, "Auth-Session-State", DIAM_T_ENUM, true },
	{ AVP_ORIGIN_STATE_ID, "Origin-State-Id", DIAM_T_U32, true },
	{ AVP_FAILED_AVP, "Failed-AVP", DIAM_T_GROUP, true },
	{ AVP_PROXY_HOST, "Proxy-Host", DIAM_T_IDENTITY, true },
	{ AVP_ERROR_MESSAGE, "Error-Message", DIAM_T_TEXT, false },
	{ AVP_ROUTE_RECORD, "Route-Record", DIAM_T_IDENTITY, true },
	{ AVP_DESTINATION_REALM, "Destination-Realm", DIAM_T_IDENTITY, true },
	{ AVP_PROXY_INFO, "Proxy-Info", DIAM_T_GROUP, true },
	{ AVP_RE_AUTH_REQUEST_TYPE, "Re-Auth-Request-Type", DIAM_T_ENUM, true },
	{ AVP_AUTHORIZATION_LIFETIME, "Authorization-Lifetime", DIAM_T_U32, true },
	{ AVP_REDIRECT_HOST, "Redirect-Host", DIAM_T_IDENTITY, true },
	{ AVP_DESTINATION_HOST, "Destination-Host", DIAM_T_IDENTITY, true },
	{ AVP_ERROR_REPORTING_HOST, "Error-Reporting-Host", DIAM_T_IDENTITY, false },
	{ AVP_TERMINATION_CAUSE, "Termination-Cause", DIAM_T_ENUM, true },
	{ AVP_ORIGIN_REALM, "Origin-Realm", DIAM_T_IDENTITY, true },
	{ AVP_EXPERIMENTAL_RESULT, "Experimental-Result", DIAM_T_GROUP, true },
	{ AVP_EXPERIMENTAL_RESULT_CODE, "Experimental-Result-Code", DIAM_T_U32, true },
	{ AVP_INBAND_SECURITY_ID, "Inband-Security-Id", DIAM_T_U32, true },
	{ AVP_MIP_MOBILE_NODE_ADDRESS, "MIP-Mobile-Node-Address", DIAM_T_ADDRESS, true },
	{ AVP_MIP_HOME_AGENT_ADDRESS, "MIP-Home-Agent-Address", DIAM_T_ADDRESS, true },
	{ AVP_MIP_HOME_AGENT_HOST, "MIP-Home-Agent-Host", DIAM_T_GROUP, true },
	{ AVP_EAP_PAYLOAD, "EAP-Payload", DIAM_T_OCTETS, true },
	{ AVP_EAP_REISSUED_PAYLOAD, "EAP-Reissued-Payload", DIAM_T_OCTETS, true },
	{ AVP_EAP_MASTER_SESSION_KEY, "EAP-Master-Session-Key", DIAM_T_OCTETS, true },
	{ AVP_ACCOUNTING_EAP_AUTH_METHOD, "Accounting-EAP-Auth-Method", DIAM_T_U64, true },
	{ AVP_MIP6_AGENT_INFO, "MIP6-Agent-Info", DIAM_T_GROUP, true },
	{ AVP_MIP_CAREOF_ADDRESS, "MIP-Careof-Address", DIAM_T_ADDRESS, true },
	{ AVP_SERVICE_SELECTION, "Service-Selection", DIAM_T_TEXT, true },
	{ AVP_PMIP6_IPV4_HOME_ADDRESS, "PMIP6-IPv4-Home-Address", DIAM_T_ADDRESS, true },
	{ AVP_MOBILE_NODE_IDENTIFIER, "Mobile-Node-Identifier", DIAM_T_TEXT, true },
	{ AVP_SERVED_PARTY_IP_ADDRESS, "Served-Party-IP-Address", DIAM_T_ADDRESS, true },
	{ AVP_CONTEXT_IDENTIFIER, "Context-Identifier", DIAM_T_U32, true },
	{ AVP_APN_CONFIGURATION, "APN-Configuration", DIAM_T_GROUP, true },
	{ AVP_PDN_TYPE, "PDN-Type", DIAM_T_ENUM, true },
	{ AVP_OWN_DETAIL, "Own-Detail", DIAM_T_GROUP, false },
	{ AVP_OWN_ASKS, "Own-Asks", DIAM_T_U32, false },
	{ AVP_OWN_WHEN, "Own-When", DIAM_T_ENUM, false },
	{ AVP_OWN_EXTERNAL_USER, "Own-External-User", DIAM_T_TEXT, false },
	{ AVP_OWN_POLICY, "Own-Policy", DIAM_T_U32, false },
};

const struct diam_row *diam_row(uint32_t id)
{
	size_t low = 0, high = sizeof rows / sizeof rows[0];

	while (low < high) {
		size_t at = (low + high) / 2;

		if (rows[at].id == id)
			return &rows[at];
		if (rows[at].id < id)
			low = at + 1;
		else
			high = at;
	}
	return NULL;
}

const char *diam_command_name(uint32_t command, bool request)
{
	switch (command) {
	case DIAM_CER:
		return request ? "CER" : "CEA";
	case DIAM_RAR:
		return request ? "RAR" : "RAA";
	case DIAM_AAR:
		return request ? "AAR" : "AAA";
	case DIAM_DER:
		return request ? "DER" : "DEA";
	case DIAM_ASR:
		return request ? "ASR" : "ASA";
	case DIAM_STR:
		return request ? "STR" : "STA";
	case DIAM_DWR:
		return request ? "DWR" : "DWA";
	case DIAM_DPR:
		return request ? "DPR" : "DPA";
	}
	return NULL;
}

const char *diam_result_name(uint32_t code)
{
	static const struct { uint32_t code; const char *name; } names[] = {
		{ DIAM_MULTI_ROUND, "DIAMETER_MULTI_ROUND_AUTH" }, { DIAM_SUCCESS, "DIAMETER_SUCCESS" },
		{ DIAM_LIMITED, "DIAMETER_LIMITED_SUCCESS" }, { DIAM_COMMAND_UNSUPPORTED, "DIAMETER_COMMAND_UNSUPPORTED" },
		{ DIAM_UNABLE_TO_DELIVER, "DIAMETER_UNABLE_TO_DELIVER" },
		{ DIAM_REALM_NOT_SERVED, "DIAMETER_REALM_NOT_SERVED" }, { DIAM_TOO_BUSY, "DIAMETER_TOO_BUSY" },
		{ DIAM_LOOP_DETECTED, "DIAMETER_LOOP_DETECTED" },
		{ DIAM_APPLICATION_UNSUPPORTED, "DIAMETER_APPLICATION_UNSUPPORTED" },
		{ DIAM_INVALID_HDR_BITS, "DIAMETER_INVALID_HDR_BITS" },
		{ DIAM_INVALID_AVP_BITS, "DIAMETER_INVALID_AVP_BITS" }, { DIAM_UNKNOWN_PEER, "DIAMETER_UNKNOWN_PEER" },
		{ 4001, "DIAMETER_AUTHENTICATION_REJECTED" }, { DIAM_AVP_UNSUPPORTED, "DIAMETER_AVP_UNSUPPORTED" },
		{ DIAM_UNKNOWN_SESSION, "DIAMETER_UNKNOWN_SESSION_ID" }, { 5003, "DIAMETER_AUTHORIZATION_REJECTED" },
		{ DIAM_INVALID_AVP_VALUE, "DIAMETER_INVALID_AVP_VALUE" }, { DIAM_MISSING_AVP, "DIAMETER_MISSING_AVP" },
		{ DIAM_AVP_NOT_ALLOWED, "DIAMETER_AVP_NOT_ALLOWED" },
		{ DIAM_AVP_TOO_OFTEN, "DIAMETER_AVP_OCCURS_TOO_MANY_TIMES" },
		{ DIAM_NO_COMMON_APPLICATION, "DIAMETER_NO_COMMON_APPLICATION" },
		{ DIAM_UNSUPPORTED_VERSION, "DIAMETER_UNSUPPORTED_VERSION" },
		{ DIAM_UNABLE_TO_COMPLY, "DIAMETER_UNABLE_TO_COMPLY" },
		{ DIAM_INVALID_AVP_LENGTH, "DIAMETER_INVALID_AVP_LENGTH" },
		{ DIAM_INVALID_MESSAGE_LENGTH, "DIAMETER_INVALID_MESSAGE_LENGTH" },
		{ DIAM_NO_COMMON_SECURITY, "DIAMETER_NO_COMMON_SECURITY" },
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (names[i].code == code)
			return names[i].name;
	}
	return NULL;
}
