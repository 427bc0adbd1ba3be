/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: an RSA key that everybody knows
 *
 * libcrypto draws the primes of an RSA key at random and cannot be told them by a seed, so the certificates of
 * simulated nodes that want RSA share this one private key of 2048 bits, made once. It protects nothing: it is
 * published here. Whoever needs another brings PEM.
 */
#include "crypto/cert_priv.h"

const char rsa_published_key[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDEgardFPbKiB9L\n"
	"qgxbunGQ34JkA7Edm7HM6ijKxpyZktgRIRZoTOt1oS3iOybcLQNZNpjtZnTPt9qn\n"
	"YJc13NX3o54/Tw1Dz25Jv7vvR+28w5j9aALhVPKqODQK5PtkLrobtjrQjJ/A4iNM\n"
	"9DR8GuYTiRJO9GWyIgihcE5n2H9CrC70wIxHkGfT6GNQT9sUKe85dxh+gsXyDhjv\n"
	"9TlB2POsXNPjhN/hHXSfXbodl2sTJcEf92YFBX0R65W2EuN6CvmbFCaq5SW8LBlr\n"
	"QXWE47hF8i73yoezli5nYNpCS38QRnaFHoO2HW50BZdez5dU7qd3BZj3H0paUaby\n"
	"OAO0D1hrAgMBAAECggEAL0RRaSRlyIm9nWGl31qVfpeEsbIBpHGS7wtUDJKBkJ81\n"
	"wckHrsbxzDWc59H6ovNg3tC3MEN4zY4X1jLxrE8WWJ7OrcPCGRGIIc0w03mlwcX6\n"
	"wtmF99WLGU6zlftGTO7AbXID664nrym1/AixpziBJynNcZhv7c0p7kspUOlOkyaS\n"
	"/8RZqcspI/8yaUosWzxJprJrCAEBS7U7uz19Rrf6bvWbUQ99ZyjD+WoYlbEAtTUQ\n"
	"oa3xXf+ABBhUTyBHGadH7pCz2b5nTH7z2hYY8U2NU70wMTtmuJGxytna4TEer2Is\n"
	"B+pdSg6EoEil/uCF4CoLm1BH5dds/RcJ9KEDaocZ4QKBgQD69QA3g6rJTNy20PI3\n"
	"WiQcNqlAXc8FziSLOkleXSiP6dkL3PnjHHuhHUzVF9pJq1pqxaoFScT1tWqkwS3d\n"
	"v18/Z4Jo5g7sihRHKfrUYPdOlinM4K1EDdjZ408jHZ8+0r/zMUuWX+gwoLa1FSdn\n"
	"v0qCncM2sf4gOyW9eKPawvRxtQKBgQDIdI58KPVbPpyfCxTLdUldxyvgJKn8WEre\n"
	"tGrS1csRmuPApFh5kxlMXBjJe86QtTISO2fELu2sp2URUIp/4lJRuAI1pFI2KRee\n"
	"69MFDkB9rDvx3khVDoKidPCPA700/pEs9tR3bk+BiAA/YWQIVrKywpc7Y/7iuXJX\n"
	"lZeqvFF1nwKBgQDiEClt2LHUO+Tm2joXGqBEugik7tw6goPw10SYOJr9aM4YHasM\n"
	"pu/HJrm7i40bp7v/Sqfps5Y1MIMsfshuZKHMX9Xd4L+43Hl/0ZUeE2sz45kr8Yij\n"
	"MUYSoOz82QZGdVpsHA/XGfXzOBLd9HxWvL7GAo+Dibs+FYndr/sKaWwBsQKBgFYw\n"
	"n69NISpJgqhz6E4PMSuMXxYyTZC+GfsmEiRzXqxEMBd90rj7gc4ub0362PepoUzr\n"
	"lBNrpjAtjaxjOBoCoyiV+QU9kUfOZWSku4gZ96rRqri1vd4srgjSRTkI/4rQxnVR\n"
	"8Esl+DOW2Zxm8M8RECcCumoD9e1glYSJQrxb2p67AoGARc6NiNxI5FkXz1z65n3u\n"
	"dCvuNpQliDFlsbAVlM8CDF1bnlBF02UT5cEMenTzq68mJ0GGwE+GxSQvWuJZCeuu\n"
	"mT/5+8xkqC9IHltsQA5mgtH8ybiJcKoV1i8hyi81YwgNittpuMhZt7FhgLavZmAl\n"
	"9Z0Vyqsjk6IT/hOHxu4I36A=\n"
	"-----END PRIVATE KEY-----\n";
