/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Test harness over CUnit, shared by every tests/<layer>/test_*.c. One executable per module:
 *
 *     #include "tests/unit/harness.h"
 *     static void test_zero_length_is_a_fault(void) { CU_ASSERT_EQUAL(decode(...), ...); }
 *     static const struct harness_test tests[] = {{"zero length is a fault", test_zero_length_is_a_fault}};
 *     int main(int argc, char **argv) { return harness_main("cursor", tests, G_N_ELEMENTS(tests), argc, argv); }
 *
 * Only failures are printed; the last line is "N passed, N failed" (", N skipped" may follow). JUnit XML and TAP go to
 * build/test-results/ (or $MOORING_TEST_RESULTS). Exit code: 0 all passed or skipped, 1 a failure or nothing
 * ran, 2 usage. A test which makes no assertion fails: it could not have found anything.
 * Do not use CUnit's *_FATAL macros: they longjmp over our frames. Return from the test instead.
 */
#ifndef MOOR_TESTS_HARNESS_H
#define MOOR_TESTS_HARNESS_H

#include <CUnit/CUnit.h>
#include <glib.h>
#include <stdbool.h>

struct harness_test {
	const char *name; /* unique in its executable; in words, said as what holds */
	void (*fn)(void);
};

/* Runs the tests in order, or with `--only NAME` (repeatable) those whose name contains NAME; `--list` names them. */
int harness_main(const char *module, const struct harness_test *tests, size_t n, int argc, char **argv);

/* Marks the running test as skipped for a reason that is printed; the test returns after it. A failure outweighs it. */
void harness_skip(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* What fails while this machine was late is run again, three times in all, and skipped in the end with the lateness as
 * the reason; for tests of what runs in real time, in main() before harness_main() and behind what makes namespaces
 * (it begins a thread). What fails on a machine that is in time fails at once. */
void harness_patient(void);

/* Registers code that runs after each test, within it: its CU_ASSERTs count as the test's (leak checks). At most 8. */
void harness_after_each(void (*hook)(void));

#endif
