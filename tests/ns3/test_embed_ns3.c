/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A scenario inside somebody else's ns-3 program: what is wrong with it is told, and nothing has begun then; one whose
 * links are the world's own takes the course that it always takes. One simulation a process: every test is a child.
 */
#include "tests/unit/harness.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/embed.h"

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

static void load(void)
{
	const char *build = g_getenv("MOORING_BUILD"), *top = g_getenv("MOORING_TOP");
	char *path = g_build_filename(build ? build : "build", "libmooring-ns3.so", NULL);
	void *module = g_file_test(path, G_FILE_TEST_EXISTS) ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;

	campus = g_build_filename(top ? top : ".", "model", "ns3", "examples", "campus.yaml", NULL);
	attach = g_build_filename(top ? top : ".", "scenarios", "ns3", "attach.yaml", NULL);
	n3 = module ? dlsym(module, NS3C_TABLE_SYMBOL) : NULL;
	if (!n3)
		missing = "ns-3 was not found when this was built (libns3-dev)";
	g_free(path);
}

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

static const struct harness_test tests[] = {
	{ "what is wrong is told", what_is_wrong_is_told },
	{ "it begins once", it_begins_once },
	{ "a scenario goes along", a_scenario_goes_along },
	{ "so does one on devices", so_does_one_on_devices },
	{ "one that was cut short is inconclusive", one_that_was_cut_short_is_inconclusive },
};

int main(int argc, char **argv)
{
	load();
	return harness_main("embed_ns3", tests, G_N_ELEMENTS(tests), argc, argv);
}
