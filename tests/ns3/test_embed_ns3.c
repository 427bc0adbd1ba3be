/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario inside somebody else's ns-3 program: what is wrong with it is told, and nothing has begun then; one whose
 * links are the world's own takes the course that it always takes. One simulation a process: every test is a child.
 */
#include "tests/unit/harness.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/embed.h"
#include "tests/ns3/library.h"

#define S INT64_C(1000000000)

static const struct ns3c_table *n3;
static const char *missing;
static char *campus, *attach;
static int wrong;		/* of a child */

#define WANT(what) \
	do { \
		if (!(what)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what); \
			wrong++; \
		} \
	} while (0)

static void run(void (*fn)(void))
{
	int status = 0;
	pid_t pid;

	if (missing) {
		harness_skip("%s", missing);
		return;
	}
	fflush(NULL);
	pid = fork();
	if (!pid) {
		fn();
		_exit(wrong != 0);
	}
	waitpid(pid, &status, 0);
	CU_ASSERT_EQUAL(status, 0);
}

#define TEST(name) \
	static void in_##name(void); \
	static void name(void) { run(in_##name); } \
	static void in_##name(void)

/* In a process of its own: why it did not begin. */
static char *why_not(const struct embed_config *c, void (*more)(struct embed *e), int *code)
{
	struct embed_config config = *c;
	int pipes[2], status = 0;
	char text[1000] = "";
	pid_t pid;

	WANT(!pipe(pipes));
	fflush(NULL);
	pid = fork();
	if (!pid) {
		struct embed *e;
		const char *why;

		config.ns3c = config.ns3c ? config.ns3c : n3;
		e = embed_new(&config);
		if (more)
			more(e);
		why = embed_begin(e);
		(void)!write(pipes[1], why ? why : "", why ? strlen(why) : 0);
		status = embed_judge(e, NULL);
		embed_free(e);
		_exit(status);
	}
	close(pipes[1]);
	(void)!read(pipes[0], text, sizeof text - 1);
	close(pipes[0]);
	waitpid(pid, &status, 0);
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return g_strdup(text);
}

static void refused(const struct embed_config *c, void (*more)(struct embed *e), const char *text)
{
	int code;
	char *why = why_not(c, more, &code);

	if (code != 2 || !strstr(why, text)) {
		fprintf(stderr, "not `%s` but %d `%s`\n", text, code, why);
		wrong++;
	}
	g_free(why);
}

static void one_of_three(struct embed *e)
{
	n3->node_new_("one");
	embed_device(e, "core", "lma", 0, 0);
}

static void no_such_node(struct embed *e) { embed_device(e, "core", "lma", 77, 0); }
static void no_such_link(struct embed *e) { embed_device(e, "kernel", "lma", 0, 0); }
static void on_a_cable(struct embed *e)
{
	n3->node_new_("one");
	embed_device(e, "pdn", "lma", 0, 0);
}

TEST(what_is_wrong_is_told)
{
	static const char *const radio[] = { "radio.access-points.wlan.at=[0,0]", NULL };
	static const char *const sweep[] = { "nodes.lma.lifetime-max={60s,90s}", NULL };
	struct ns3c_table other = *n3;

	other.abi++;
	refused(&(struct embed_config){ .scenario = "/no/such/file.yaml" }, NULL, "/no/such/file.yaml");
	refused(&(struct embed_config){ .scenario = campus, .sets = radio }, NULL, "radio");
	refused(&(struct embed_config){ .scenario = campus, .sets = sweep }, NULL, "a sweep");
	refused(&(struct embed_config){ .scenario = campus, .ns3c = &other }, NULL, "another version");
	refused(&(struct embed_config){ .scenario = campus }, one_of_three, "has no device 0");
	refused(&(struct embed_config){ .scenario = campus }, no_such_node, "nodes");
	refused(&(struct embed_config){ .scenario = campus }, no_such_link, "no node `lma` on a link `kernel`");
	refused(&(struct embed_config){ .scenario = campus }, on_a_cable, "link `pdn`");
	refused(&(struct embed_config){ .scenario = campus, .out = "/proc/none" }, NULL, "/proc/none");
}

TEST(it_begins_once)
{
	struct embed_config c = { .scenario = campus, .ns3c = n3 };
	struct embed *e = embed_new(&c);

	WANT(!embed_begin(e));
	WANT(embed_begin(e) != NULL);
	WANT(embed_duration(e) == 30 * S);
	embed_free(e);
}

static int judged(const char *scenario, int64_t until)
{
	struct embed_config c = { .scenario = scenario, .ns3c = n3 };
	struct embed *e = embed_new(&c);
	int code;

	WANT(!embed_begin(e));
	WANT(n3->run_until_(until) == NS3C_OK);
	code = embed_judge(e, NULL);
	WANT(embed_judge(e, NULL) == code);
	embed_free(e);
	return code;
}

/* On the world's own links, and on ns-3's devices of the scenario's own. */
TEST(a_scenario_goes_along) { WANT(judged(campus, 30 * S) == 0); }
TEST(so_does_one_on_devices) { WANT(judged(attach, 15 * S) == 0); }
TEST(one_that_was_cut_short_is_inconclusive) { WANT(judged(attach, 2 * S) == 3); }

/* ---- a station of somebody else's on the same wire --------------------------------------------------------------- */

enum { ETH = 14, IP = 40, NS = 32, ECHO = 40, AT_ICMP = ETH + IP };

static struct {
	struct ns3c_port *port, *lma;
	struct ns3c_timer ask, echo;
	unsigned advertised, answered;
} other;

static const uint8_t its_address[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0xc0, [15] = 0x77 };
static const uint8_t anchors_address[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0xc0, [15] = 1 };

static void send_icmp(uint8_t *f, size_t octets, const uint8_t *to_mac, const uint8_t *to)
{
	uint32_t sum = (uint32_t)octets + 58;

	memcpy(f, to_mac, 6);
	n3->port_mac_(other.port, f + 6);
	memcpy(f + 12, (const uint8_t[]){ 0x86, 0xdd, 0x60, 0, 0, 0, 0, (uint8_t)octets, 58, 255 }, 10);
	memcpy(f + ETH + 8, its_address, 16);
	memcpy(f + ETH + 24, to, 16);
	for (size_t i = ETH + 8; i < AT_ICMP + octets; i += 2)
		sum += (uint32_t)f[i] << 8 | f[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	f[AT_ICMP + 2] = (uint8_t)(~sum >> 8);
	f[AT_ICMP + 3] = (uint8_t)~sum;
	WANT(n3->port_send_(other.port, f, AT_ICMP + octets, 0) == 0);
}

static void solicit(void *arg)
{
	static const uint8_t group[16] = { 0xff, 0x02, [11] = 1, [12] = 0xff, [15] = 1 };
	uint8_t f[AT_ICMP + NS] = { [AT_ICMP] = 135, [AT_ICMP + 24] = 1, [AT_ICMP + 25] = 1 };

	(void)arg;
	memcpy(f + AT_ICMP + 8, anchors_address, 16);
	n3->port_mac_(other.port, f + AT_ICMP + 26);
	send_icmp(f, NS, (const uint8_t[]){ 0x33, 0x33, 0xff, 0, 0, 1 }, group);
}

static void echo(void *arg)
{
	uint8_t f[AT_ICMP + ECHO] = { [AT_ICMP] = 128, [AT_ICMP + 7] = 9 }, mac[6];

	(void)arg;
	n3->port_mac_(other.lma, mac);
	send_icmp(f, ECHO, mac, anchors_address);
}

static void hear(void *arg, struct ns3c_port *p, const uint8_t *frame, size_t len, uint64_t mark)
{
	(void)arg, (void)p, (void)mark;
	if (len <= AT_ICMP || frame[ETH + 6] != 58 || memcmp(frame + ETH + 8, anchors_address, 16)
	    || memcmp(frame + ETH + 24, its_address, 16))
		return;
	other.advertised += frame[AT_ICMP] == 136;
	other.answered += frame[AT_ICMP] == 129;
}

/* It asks for the anchor's MAC address, and then for an echo. */
TEST(stations_of_others_are_neighbours)
{
	static const char *const names[] = { "lma", "mag1", "mag2" };
	struct embed_config c = { .scenario = campus, .ns3c = n3 };
	struct embed *e = embed_new(&c);
	struct ns3c_channel *wire = n3->csma_channel_(100000000, 1000);

	for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
		struct ns3c_node *n = n3->node_new_(names[i]);
		struct ns3c_port *p = n3->csma_attach_(n, wire);

		other.lma = i ? other.lma : p;
		embed_device(e, "core", names[i], n3->node_id_(n), 0);
	}
	other.port = n3->csma_attach_(n3->node_new_("other"), wire);
	n3->port_on_frame_(other.port, hear, NULL);
	WANT(!embed_begin(e));
	n3->timer_set_(&other.ask, 3 * S, solicit, NULL);
	n3->timer_set_(&other.echo, 4 * S, echo, NULL);
	WANT(n3->run_until_(embed_duration(e)) == NS3C_OK);
	WANT(other.advertised >= 1 && other.answered == 1);
	WANT(n3->port_stats_(other.lma).in > 10);
	WANT(embed_judge(e, NULL) == 0);
	embed_free(e);
}

static const struct harness_test tests[] = {
	{ "what is wrong is told", what_is_wrong_is_told },
	{ "it begins once", it_begins_once },
	{ "a scenario goes along", a_scenario_goes_along },
	{ "so does one on devices", so_does_one_on_devices },
	{ "stations of others are neighbours", stations_of_others_are_neighbours },
	{ "one that was cut short is inconclusive", one_that_was_cut_short_is_inconclusive },
};

int main(int argc, char **argv)
{
	const char *top = g_getenv("MOORING_TOP");

	n3 = ns3_library(&missing);
	campus = g_build_filename(top ? top : ".", "model", "ns3", "examples", "campus.yaml", NULL);
	attach = g_build_filename(top ? top : ".", "scenarios", "ns3", "attach.yaml", NULL);
	return harness_main("embed_ns3", tests, G_N_ELEMENTS(tests), argc, argv);
}
