#!/usr/bin/env python3
"""What Stryker left alive, beside what STRYKER.md says about it: stryker-report.py REPORT.json STRYKER.md

Prints a table, then each survivor that is not explained, as the line that STRYKER.md lacks. Ends with 1 if there is one, or if
nothing was played.
"""
import json
import os
import re
import sys

COUNTED = ("Killed", "Timeout", "Survived", "NoCoverage")
KEPT = 36  # characters kept on each side of what differs in a long expression
TOKEN = re.compile(r"\w+|\s+|&&|\|\||[<>=!]=|\?\?=?|\?\.|=>|\+\+|--|.")
TYPE = re.compile(r"^(?:public |internal |private |sealed |abstract |static |readonly )*(?:record struct|record|class|struct|interface) (\w+)")
MEMBER = re.compile(r"^    (?=[a-z])[^=;]*?\b(\w+)(?:<\w+>)?(?:\(| =>| \{|$| = )")


def span(lines, location):
    """The text between two places of a file."""
    start, end = location["start"], location["end"]
    part = lines[start["line"] - 1:end["line"]]
    part[-1] = part[-1][:end["column"] - 1]
    part[0] = part[0][start["column"] - 1:]
    return " ".join(" ".join(part).split())


def short(text, length=2 * KEPT):
    return text if len(text) <= length else text[:length].rstrip() + "…"


def change(mutant, lines):
    """original → mutated, as short as both can be told apart."""
    name, old, new = mutant["mutatorName"], span(lines, mutant["location"]), " ".join(mutant["replacement"].split())
    if name.startswith("Conditional"):
        return short(old), ("true" if "(true)" in name else "false") + " ? …"
    if name.startswith("Negate"):
        return short(old), "!(…)"
    if name.startswith(("Block", "Statement")):
        return short(old), new
    if len(old) < 12 and mutant["location"]["start"]["line"] == mutant["location"]["end"]["line"]:
        # Too little to be told from others: with what stands before it.
        start = mutant["location"]["start"]
        before = lines[start["line"] - 1][:start["column"] - 1].lstrip()
        before = before if len(before) <= KEPT else "…" + before[-KEPT:].lstrip()
        return before + old, before + new
    if max(len(old), len(new)) <= 2 * KEPT:
        return old, new
    a, b = TOKEN.findall(old), TOKEN.findall(new)
    head = 0
    while head < min(len(a), len(b)) and a[head] == b[head]:
        head += 1
    tail = 0
    while tail < min(len(a), len(b)) - head and a[-1 - tail] == b[-1 - tail]:
        tail += 1
    before, after = "".join(a[:head]), "".join(a[len(a) - tail:])
    before = before if len(before) <= KEPT else "…" + before[-KEPT:].lstrip()
    after = after if len(after) <= KEPT else after[:KEPT].rstrip() + "…"
    return tuple(before + short("".join(t[head:len(t) - tail])) + after for t in (a, b))


def place(lines, line, file):
    """Type.Member around a line; the type only where it has not its file's name."""
    member = kind = None
    for text in reversed(lines[:line]):
        if member is None and (found := MEMBER.match(text)):
            member = found.group(1)
        if found := TYPE.match(text):
            kind = found.group(1)
            break
    kind = None if kind == os.path.splitext(os.path.basename(file))[0] else kind
    return ".".join(part for part in (kind, member) if part) or "?"


def explanations(path):
    """By file: the beginnings of lines, and their reasons."""
    known, file = {}, None
    for text in open(path, encoding="utf-8"):
        if text.startswith("## "):
            file = text[3:].strip()
        elif found := re.match(r"- (`[^`]*`: `[^`]*` → `[^`]*`): (\S.*)", text):
            known.setdefault(file, {})[found.group(1)] = found.group(2)
    return known


def main(report, table):
    files = json.load(open(report, encoding="utf-8"))["files"]
    known, missing, sums, over = explanations(table), [], [0] * 7, []
    row = "{:<28}{:>9}{:>8}{:>11}{:>10}{:>13}{:>11}{:>16}"
    print(row.format("file", "mutants", "killed", "timed out", "survived", "no coverage", "explained", "does not build"))
    for path, content in sorted(files.items()):
        file = path.split("/src/ActorHa.Core/")[-1]
        lines, counts, left = content["source"].split("\n"), [0] * 7, set()
        for mutant in content["mutants"]:
            status = mutant["status"]
            counts[6] += status == "CompileError"
            if status not in COUNTED:
                continue
            counts[0] += 1
            counts[COUNTED.index(status) + 1] += 1
            if status in ("Killed", "Timeout"):
                continue
            old, new = change(mutant, lines)
            key = f"`{place(lines, mutant['location']['start']['line'], file)}`: `{old}` → `{new}`"
            left.add(key)
            if key in known.get(file, {}):
                counts[5] += 1
            else:
                missing.append((file, mutant["location"]["start"]["line"], key, status))
        if counts[0]:
            print(row.format(file, *counts))
            over += [f"{file}: {key}" for key in known.get(file, {}) if key not in left]
        sums = [a + b for a, b in zip(sums, counts)]
    print(row.format("all", *sums))
    for line in over:
        print(f"no longer survives, its line may go: {line}")
    shown = None
    for file, line, key, status in missing:
        if file != shown:
            print(f"\n## {file}")
        shown = file
        print(f"- {key}: WHY? (line {line}{', no coverage' if status == 'NoCoverage' else ''})")
    if missing:
        print(f"\n{len(missing)} survivors are not explained: test them, or explain them in {os.path.basename(table)}")
    if not sums[0]:
        print("no mutant was played: does anything in src/ActorHa.Core match?")
    return 1 if missing or not sums[0] else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
