# SPDX-License-Identifier: GPL-2.0-or-later
"""A page of `mooring report` read by an HTML parser, and what holds for every page."""
import html.parser
import re

VOID = {'meta', 'link', 'img', 'br', 'source'}
TAGS = set('html head meta link title style body a header h1 h2 p nav ul li main section div span b i strong table '
           'caption thead tbody tr th td figure figcaption picture source img details summary pre code footer '
           'script'.split())


class Page(html.parser.HTMLParser):
    """Tables by caption, texts of elements, and whether every element is closed in its order."""
    def __init__(self, path):
        super().__init__()
        self.open, self.faults, self.tables, self.heads, self.ids, self.attributes = [], [], {}, [], [], []
        self.caption, self.row, self.words, self.tags = None, None, [], set()
        with open(path, encoding='utf-8') as f:
            self.text = f.read()
        self.feed(self.text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.ids += [value for name, value in attrs if name == 'id']
        if tag == 'tr' and self.caption:
            self.row = []
            self.tables[self.caption].append(self.row)
        if tag in ('td', 'th') and self.row is not None:
            self.row.append('')
        if tag not in VOID:
            self.open.append(tag)
        if tag in ('h1', 'h2'):
            self.heads.append('')

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.faults.append('</%s> at %s within %s' % (tag, self.getpos(), self.open[-3:]))
            if tag in self.open:
                while self.open[-1] != tag:
                    self.open.pop()
        if self.open:
            self.open.pop()
        if tag == 'table':
            self.caption = None

    def handle_data(self, data):
        if self.open and self.open[-1] == 'caption':
            self.caption = data
            self.tables[data] = []
        if self.open and self.open[-1] in ('h1', 'h2'):
            self.heads[-1] += data
        if self.row and any(tag in ('td', 'th') for tag in self.open):
            self.row[-1] += data.strip('\n')
        if self.open and self.open[-1] not in ('script', 'style'):
            self.words.append(data)


def sound(case, page):
    """What holds for every page: it is closed in order, asks for nothing, and has no script but its own."""
    case.assertEqual(page.faults, [])
    case.assertEqual(page.open, [])
    case.assertEqual(len(page.ids), len(set(page.ids)))
    case.assertEqual(page.text.count('<h1>'), 1)
    case.assertEqual(page.text.count('<script'), 1)
    case.assertTrue(page.tags <= TAGS, page.tags - TAGS)
    for tag, name, value in page.attributes:
        case.assertFalse(name.startswith('on'), (tag, name))
        if name in ('src', 'href'):
            case.assertRegex(value, r'^(data:|#|\./)', tag)
            if value.startswith('#'):
                case.assertIn(value[1:], page.ids)
        if name == 'srcset':
            case.assertTrue(value.startswith('data:') and ' ' not in value, tag)
        if name == 'style':
            case.assertTrue(re.fullmatch(r'(--n:\d+;--seat:[\d.]+rem|((left|right|width):[\d.]+%;?)+)', value), value)
    case.assertNotIn('@import', page.text)
    case.assertNotIn('url(', page.text)
    case.assertEqual(sum(tag == 'img' and name == 'src' for tag, name, _ in page.attributes),
                     sum(tag == 'img' and name == 'alt' and len(value) > 10
                         for tag, name, value in page.attributes))
    return page
