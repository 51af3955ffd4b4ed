#!/usr/bin/env python3
"""Checks that the manual says what the code has: every setting, every command
with its options, every tag. Read off the tables in the source."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAN = ROOT / 'packaging' / 'man'


def manual(*names):
    """The pages' text, roff's escapes for '-' undone."""
    text = ''.join((MAN / name).read_text() for name in names)
    return text.replace('\\-', '-').replace('\\&', '')


def missing(words, text, where, what):
    return [f'{where}: {what} "{word}" is not described'
            for word in sorted(words)
            if not re.search(rf'(?<!\w){re.escape(word)}(?![\w-])', text, re.I)]


def settings():
    found = set()
    for path in (ROOT / 'milter' / 'conf').glob('*.c'):
        found |= set(re.findall(r'\{?\.name = "([^"]+)"', path.read_text()))
    found.discard('root')
    return found


def commands():
    text = (ROOT / 'milter' / 'control' / 'commands.c').read_text()
    names = set(re.findall(r'^\{ "([a-z-]+)", ROLE_', text, re.M))
    options = set(re.findall(r'\{ "([a-z-]+)", (?:"[A-Z]+"|NULL), WORD_', text))
    return names, options


def tags():
    text = (ROOT / 'milter' / 'verdict.c').read_text()
    return set(re.findall(r'"(X-Anteroom-\w+)"', text))


STRING = r'"(?:[^"\\]|\\.)*"'
STRINGS = rf'((?:{STRING}\s*)+)'
# What of the pages' code is said to people, and so is in the catalogues.
SAID = [rf'\bN_\(\s*{STRINGS}\)', rf'\bt\(\s*[&\w>.-]+,\s*{STRINGS}\)',
        rf'\bpage_count\(\s*[&\w>.-]+,\s*{STRINGS},\s*{STRINGS},',
        rf'\breply_problem\(\s*\w+,\s*\w+,\s*\d+,\s*{STRINGS}\)']


def unquoted(strings):
    """Adjacent literals as one text, its escapes as they stand."""
    return ''.join(part[1:-1] for part in re.findall(STRING, strings))


def said(*patterns):
    found = set()
    for path in (ROOT / 'milter' / 'web').glob('*.[ch]'):
        text = path.read_text()
        for pattern in patterns:
            for match in re.finditer(pattern, text):
                found |= {unquoted(group) for group in match.groups()}
    return found


def catalogue(path):
    """msgid -> its translations, the head left out; what isn't sure."""
    entries, unsure = {}, []
    for block in re.split(r'\n\s*\n', path.read_text()):
        ids = [unquoted(group) for group in re.findall(
            rf'^msgid(?:_plural)? {STRINGS}', block, re.M)]
        texts = [unquoted(group) for group in re.findall(
            rf'^msgstr(?:\[\d\])? {STRINGS}', block, re.M)]
        for name in filter(None, ids):
            entries[name] = texts
        if re.search(r'^#,.*fuzzy', block, re.M):
            unsure += ids
    return entries, unsure


def untranslated():
    path = ROOT / 'milter' / 'web' / 'po' / 'de.po'
    entries, unsure = catalogue(path)
    wanted = said(*SAID)
    if len(wanted) < 200 or len(entries) < 200:
        return ['drift.py: the pages name their texts in another way now']
    return [f'{path.name}: "{text}" is {what}'
            for what, texts in (
                ('not there', wanted - set(entries)),
                ('not translated', {name for name, to in entries.items()
                                    if not to or not all(to)}),
                ('not sure', set(unsure)),
                ('on no page', set(entries) - said(STRINGS)))
            for text in sorted(texts)]


def addresses():
    """What the table of pages has for people and programs to ask for."""
    text = (ROOT / 'milter' / 'web' / 'table.c').read_text()
    found = set(re.findall(r'\{(?:false|true), "([^"]+)"', text))
    inner = ('/assets/*', '/login', '/logout', '/')
    return {path for path in found if path not in inner}


def undescribed():
    page = manual('anteroom-web.8')
    shown = re.sub(r' Ns (?:Ar \w+|Ns|/)', lambda found: found.group(0)
                   .replace(' Ns Ar ', '*').replace(' Ns ', ''), page)
    shown = re.sub(r'\*\w+', '*', shown)
    return [f'anteroom-web.8: address "{path}" is not described'
            for path in sorted(addresses())
            if not re.search(rf'Pa {re.escape(path)}(?![\w/*.])', shown)]


def main():
    names, options = commands()
    found = settings()
    if len(found) < 30 or len(names) < 15 or len(tags()) < 7:
        print('drift.py: the tables it reads have another form now',
              file=sys.stderr)
        return 1
    wrong = missing(found, manual('anteroom.conf.5', 'anteroom.rules.5'),
                    'anteroom.conf.5, anteroom.rules.5', 'setting')
    wrong += missing(names, manual('anteroom.1'), 'anteroom.1', 'command')
    wrong += missing(options, manual('anteroom.1'), 'anteroom.1', 'word')
    wrong += missing(tags(), manual('anteroomd.8'), 'anteroomd.8', 'tag')
    wrong += untranslated() + undescribed()
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


sys.exit(main())
