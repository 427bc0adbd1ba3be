# SPDX-License-Identifier: GPL-2.0-or-later
# The figures of stats_figures.c made by R: the same lines in and out. What R has a function for is left to it; effect
# sizes and the corrected bootstrap are written down from their definitions.
words <- scan("stdin", what = "", quiet = TRUE)
at <- 1
take <- function(n) { if (n == 0) return(character(0)); w <- words[at:(at + n - 1)]; at <<- at + n; w }
number <- function(n) as.numeric(take(n))
put <- function(name, figure, v) cat(name, figure, sprintf("%.17g", v), "\n")

resamples <- 20000
bootstrap <- function(name, v) {
	n <- length(v)
	means <- replicate(resamples, mean(v[sample.int(n, n, TRUE)]))
	q <- quantile(means, c(0.025, 0.975), names = FALSE)
	put(name, "percentile_lo", q[1]); put(name, "percentile_hi", q[2])
	z0 <- qnorm((sum(means < mean(v)) + sum(means == mean(v)) / 2) / resamples)
	left <- sapply(seq_len(n), function(i) mean(v[-i]))	# the jackknife
	d <- mean(left) - left
	a <- if (sum(d^2) > 0) sum(d^3) / (6 * sum(d^2)^1.5) else 0
	z <- z0 + qnorm(c(0.025, 0.975))
	q <- quantile(means, pnorm(z0 + z / (1 - a * z)), names = FALSE)
	put(name, "bca_lo", q[1]); put(name, "bca_hi", q[2])
}

one <- function(name, n) {
	v <- number(n)
	if (n) {
		put(name, "mean", mean(v)); put(name, "min", min(v)); put(name, "max", max(v))
		d <- v - mean(v)
		put(name, "skew", if (min(v) == max(v)) 0 else mean(d^3) / mean(d^2)^1.5)
		at <- c(0, 0.05, 0.25, 0.5, 0.75, 0.95, 1)
		q <- quantile(v, at, names = FALSE)
		for (i in seq_along(at)) put(name, sprintf("q%02.0f", 100 * at[i]), q[i])
	}
	if (n > 1) {
		put(name, "sd", sd(v))
		i <- if (min(v) == max(v)) c(v[1], v[1]) else t.test(v)$conf.int
		put(name, "lo", i[1]); put(name, "hi", i[2])
		if (min(v) == max(v)) for (b in c("percentile_lo", "percentile_hi", "bca_lo", "bca_hi")) put(name, b, v[1])
		else if (n <= 200) bootstrap(name, v)
	}
	beyond <- function(k) {
		if (!n || IQR(v) == 0) return(0)
		q <- quantile(v, c(0.25, 0.75), names = FALSE)
		sum(v < q[1] - k * IQR(v) | v > q[2] + k * IQR(v))
	}
	put(name, "outside", beyond(1.5)); put(name, "far", beyond(3))
	steps <- if (n) knots(ecdf(v)) else numeric(0)
	put(name, "ecdf_steps", length(steps))
	put(name, "ecdf_sum", if (n) sum(ecdf(v)(steps) * seq_along(steps)) else 0)
}

compared <- function(name, test, r, difference) {
	put(name, paste0(test, "_difference"), difference)
	put(name, paste0(test, "_p"), r$p.value)
	put(name, paste0(test, "_t"), r$statistic); put(name, paste0(test, "_df"), r$parameter)
	put(name, paste0(test, "_lo"), r$conf.int[1]); put(name, paste0(test, "_hi"), r$conf.int[2])
}
effect <- function(name, test, d, df) {
	put(name, paste0(test, "_d"), d)
	put(name, paste0(test, "_g"), d * (1 - 3 / (4 * df - 1)))
}

two <- function(name, na, nb) {
	a <- number(na); b <- number(nb)
	varies <- function(x) length(unique(x)) > 1
	if (na > 1 && nb > 1 && (varies(a) || varies(b))) {
		compared(name, "welch", t.test(b, a), mean(b) - mean(a))
		pooled <- sqrt(((na - 1) * var(a) + (nb - 1) * var(b)) / (na + nb - 2))
		effect(name, "welch", (mean(b) - mean(a)) / pooled, na + nb - 2)
	}
	if (na && nb) {
		r <- suppressWarnings(wilcox.test(b, a))
		put(name, "u", r$statistic)
		put(name, "ranks_p", if (is.nan(r$p.value)) 1 else r$p.value)
		put(name, "ranks_exact", if (grepl("exact", r$method)) 1 else 0)
		put(name, "delta", mean(sign(outer(b, a, "-"))))
	}
	if (na == nb && na > 1 && varies(b - a)) {
		compared(name, "paired", t.test(b, a, paired = TRUE), mean(b - a))
		effect(name, "paired", mean(b - a) / sd(b - a), na - 1)
	}
}

while (at <= length(words)) {
	what <- take(1); name <- take(1)
	if (what == "one") one(name, number(1))
	else if (what == "two") { n <- number(2); two(name, n[1], n[2]) }
	else if (what == "fisher") {
		k <- number(4)
		put(name, "fisher", fisher.test(matrix(c(k[1], k[2] - k[1], k[3], k[4] - k[3]), 2))$p.value)
	} else {
		p <- p.adjust(number(number(1)), "holm")
		for (i in seq_along(p)) put(name, paste0("p", i - 1), p[i])
	}
}
