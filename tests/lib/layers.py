#!/usr/bin/env python3
"""Checks that includes point one way and foreign libraries stay at home.

A module may include the public headers of those it may stand on, and private
headers of its own folder alone. The top level of the repository is fixed.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Who may stand on whom; "programs" are the files in milter/ that boot.
STANDS_ON = {
    'base': '',
    'conf': 'base',
    'message': 'base conf',
    'language': 'base',
    'score': 'base conf message language',
    'sla': 'base conf',
    'route': 'base conf message score sla',
    'cases': 'base conf message score sla route',
    'replies': 'base conf message cases',
    'pipeline': 'base conf message score sla route cases replies',
    'control': 'base conf message score sla route cases replies pipeline '
               'users',
    'intake': 'base conf message score sla route cases replies pipeline',
    'clock': 'base conf sla cases pipeline',
    'view': 'base',
    'users': 'base',
    'web': 'base conf message score sla route cases replies pipeline control '
           'users view',
    'cli': 'base conf message score sla route cases replies pipeline control '
           'users view learn doctor',
    'doctor': 'base conf message score sla pipeline control',
    'learn': 'base conf message score',
    'letter': 'base view',
    'picture': 'base',
    'notify': 'base conf view letter control',
    'programs': 'base conf message score sla route cases replies pipeline '
                'control clock intake view cli letter picture notify users web',
}
HEADER_OF = {name: 'base' for name in
             'address error json limits log meter text times urgency when'.split()}
HEADER_OF.update(setup='pipeline', readers='sla', digest='cases',
                 html='view', chart='view', notice='cases', tick='cases', ticker='clock',
                 facts='cases', model='score')
FOREIGN = {
    'json-c/': 'base', 'confuse.h': 'conf', 'gmime/': 'message',
    'iconv.h': 'message', 'libexttextcat/': 'language', 'pcre2.h': 'score', 'libical/': 'sla',
    'curl/': 'notify', 'librsvg/': 'picture', 'cairo': 'picture',
    'microhttpd.h': 'web', 'crypt.h': 'users',
    'linear.h': 'learn', 'lmdb.h': 'cases', 'libmilter/': 'intake', 'systemd/': 'programs',
}
TOP = {'Makefile', 'README.md', 'milter', 'include', 'rules', 'tests',
       'packaging'}
PIPELINE = {'pipeline.c', 'setup.c', 'verdict.c', 'verdict.h', 'sender.c',
            'sender.h'}


def module_of(path):
    folder = path.relative_to(ROOT / 'milter').parts
    if len(folder) > 1:
        return folder[0]
    return 'pipeline' if path.name in PIPELINE else 'programs'


def check_own(module, header, path):
    """A quoted include: public ("anteroom/x.h") or private ("x/internal.h")."""
    parts = header.split('/')
    if parts[0] == 'anteroom':
        stem = parts[1].removesuffix('.h')
        target = HEADER_OF.get(stem, stem)
        if target not in STANDS_ON:
            return f'includes "{header}", which no module owns'
        if target != module and target not in STANDS_ON[module].split():
            return f'{module} may not stand on {target} ("{header}")'
    elif len(parts) > 1 and parts[0] != module:
        return f'"{header}" is private to {parts[0]}'
    elif len(parts) == 1 and not (path.parent / header).exists():
        return f'"{header}" is not beside this file'
    return None


def check_foreign(module, header):
    for start, home in FOREIGN.items():
        if header.startswith(start) and home != module:
            return f'<{header}> belongs to {home} alone'
    return None


def check(path, module):
    wrong = []
    for number, line in enumerate(path.read_text().split('\n'), 1):
        found = re.match(r'#include (["<])([^">]+)[">]', line)
        if not found:
            continue
        quote, header = found.groups()
        why = check_own(module, header, path) if quote == '"' \
            else check_foreign(module, header)
        if why:
            wrong.append(f'{path.relative_to(ROOT)}:{number}: {why}')
    return wrong


def check_public(path):
    """Public headers show no foreign library but GLib."""
    text = path.read_text()
    return [f'{path.relative_to(ROOT)}: shows <{header}>'
            for header in re.findall(r'#include <([^>]+)>', text)
            if header not in ('glib.h', 'stdbool.h', 'stddef.h', 'stdint.h')]


def check_top():
    listed = subprocess.run(['git', 'ls-files'], cwd=ROOT, text=True,
                            capture_output=True).stdout.split('\n')
    tops = {name.split('/')[0] for name in listed if name}
    return [f'{name}: does not belong at the top level'
            for name in sorted(tops - TOP) if not name.startswith('.')]


def main():
    wrong = check_top()
    for path in sorted((ROOT / 'milter').rglob('*.[ch]')):
        module = module_of(path)
        if module not in STANDS_ON:
            wrong.append(f'{path.relative_to(ROOT)}: unknown module {module}')
            continue
        wrong += check(path, module)
    for path in sorted((ROOT / 'include').rglob('*.h')):
        wrong += check_public(path)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


sys.exit(main())
