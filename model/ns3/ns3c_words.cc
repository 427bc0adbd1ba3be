/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DOC: the last words of ns-3
 *
 * ns-3 writes why it gives up on standard error, as `msg="..", file=.., line=..`, perhaps with `cond=".."` before it,
 * and then ends the process without a way to ask. A stream buffer that hands everything on keeps the end of it, from
 * which one sentence is made. No clause of the protocols is met here.
 */
#include "ns3/ns3c_internal.h"

#include <iostream>
#include <memory>
#include <streambuf>

namespace {

constexpr size_t KEPT = 2048;

class Ear : public std::streambuf
{
public:
	explicit Ear(std::streambuf *to) : before(to) {}

	std::streambuf *before;
	std::string heard;

protected:
	int_type overflow(int_type c) override
	{
		if (traits_type::eq_int_type(c, traits_type::eof()))
			return traits_type::not_eof(c);
		Keep(std::string(1, traits_type::to_char_type(c)));
		return before->sputc(traits_type::to_char_type(c));
	}

	std::streamsize xsputn(const char *s, std::streamsize n) override
	{
		Keep(std::string(s, (size_t)n));
		return before->sputn(s, n);
	}

	int sync() override { return before->pubsync(); }

private:
	void Keep(const std::string &s)
	{
		heard += s;
		if (heard.size() > 2 * KEPT)
			heard.erase(0, heard.size() - KEPT);
	}
};

std::unique_ptr<Ear> ear;

/* What stands behind the last `key` up to `end`; "": nothing. *from: where the key stands. */
std::string
Behind(const std::string &text, const std::string &key, const std::string &end, size_t *from)
{
	size_t at = text.rfind(key), stop;

	*from = at;
	if (at == std::string::npos)
		return "";
	at += key.size();
	stop = text.find(end, at);
	return text.substr(at, stop == std::string::npos ? stop : stop - at);
}

} // namespace

void Ns3cListen(bool on)
{
	if (on && !ear)
	{
		ear = std::make_unique<Ear>(std::cerr.rdbuf());
		std::cerr.rdbuf(ear.get());
	}
	else if (!on && ear)
	{
		if (std::cerr.rdbuf() == ear.get()) /* else somebody listens to us */
		{
			std::cerr.rdbuf(ear->before);
			ear.reset();
		}
	}
}

std::string Ns3cLastWords()
{
	const std::string text = ear ? ear->heard : "";
	size_t file_at, msg_at, cond_at;
	std::string file = Behind(text, "file=", ", line=", &file_at), line, msg, cond;

	if (file_at == std::string::npos)
		return "";
	line = Behind(text, ", line=", "\n", &msg_at);
	/* of this one, not of an earlier complaint */
	const std::string head = text.substr(0, file_at);
	size_t begin = head.rfind('\n') == std::string::npos ? 0 : head.rfind('\n') + 1;
	const std::string mine = head.substr(begin);

	msg = Behind(mine, "msg=\"", "\", ", &msg_at);
	cond = Behind(mine, "cond=\"", ", ", &cond_at);
	while (!cond.empty() && cond.back() == '"')
		cond.pop_back();
	file = file.substr(file.rfind('/') == std::string::npos ? 0 : file.rfind('/') + 1);
	while (!msg.empty() && (msg.back() == ' ' || msg.back() == '.'))
		msg.pop_back();
	if (msg.empty())
		msg = cond.empty() ? "something that must not be" : "it found that " + cond;
	return msg + " (" + file + ":" + line + ")";
}
