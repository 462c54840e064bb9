#!/usr/bin/python3 -u
# A chassis with two blades behind net-snmp's pass_persist protocol: the part of the MIB that fencing uses.
# Argument: a directory of small files that change it at run time:
#   power<slot>, presence<slot>, boots<slot>  numbers that are read;  delay  seconds before each answer;
#   ignoreoff  1 = power-off is acknowledged and not done;  serial  text;  sets  one line per SET that was acknowledged;
#   lamp<slot>  the identify lamp;
#   mac<slot>  network addresses in the slot, with colons, separated by blanks.
import os
import sys
import time

DIR = sys.argv[1]
CHASSIS = (1, 3, 6, 1, 4, 1, 343, 2, 19, 1, 2, 10)
BLADE = (202, 1, 1)
NIC = (202, 3, 1, 1)
LED = 6
LAMP = 8


def text(name, default):
    try:
        with open(os.path.join(DIR, name)) as f:
            return f.read().strip()
    except OSError:
        return default


def number(name, default):
    try:
        return int(text(name, ""))
    except ValueError:
        return default


def rows():
    table = {
        (5, 0): ("string", text("serial", "CHASSIS-00000001")),
        (12, 0): ("unsigned", 6),
        (22, 0): ("integer", 2),
        (32, 0): ("string", "110000"),
    }
    for slot in range(1, 7):
        here = slot <= 2
        table[BLADE + (2, slot)] = ("integer", number(f"presence{slot}", 1 if here else 0))
        table[BLADE + (LED, slot)] = ("integer", number(f"power{slot}", 2 if here else -32))
        table[BLADE + (LAMP, slot)] = ("integer", number(f"lamp{slot}", 0 if here else -32))
        table[BLADE + (14, slot)] = ("unsigned", number(f"boots{slot}", 7 if here else 0))
        if here:
            for address in text(f"mac{slot}", f"02:00:00:00:{slot:02x}:01").split():
                mac = tuple(int(b, 16) for b in address.split(":"))
                table[NIC + (slot,) + mac] = ("octet", " ".join(f"{b:02x}" for b in mac))
    return table


def say(*lines):
    print("\n".join(map(str, lines)), flush=True)


def relative(line):
    oid = tuple(int(x) for x in line.strip().strip(".").split("."))
    return oid[len(CHASSIS):] if oid[:len(CHASSIS)] == CHASSIS else None


def change(oid, table, kind, value):
    if oid not in table or oid[:4] not in (BLADE + (LED,), BLADE + (LAMP,)):
        return "not-writable"
    if oid[3] == LAMP:
        with open(os.path.join(DIR, f"lamp{oid[4]}"), "w") as f:
            f.write(value)
        return "DONE"
    if kind != "integer":
        return "wrong-type"
    if value not in ("0", "2", "3", "4"):
        return "wrong-value"
    slot = oid[4]
    with open(os.path.join(DIR, "sets"), "a") as f:
        f.write(f"{slot} {value}\n")
    if not (value in "03" and number("ignoreoff", 0)):
        with open(os.path.join(DIR, f"power{slot}"), "w") as f:
            f.write("2" if value in "24" else "0")
    return "DONE"


# net-snmp sends an empty line after each set: whatever is no command is passed over.
for line in sys.stdin:
    command = line.strip()
    if command == "PING":
        say("PONG")
        continue
    if command not in ("get", "getnext", "set"):
        continue
    oid = relative(sys.stdin.readline())
    time.sleep(number("delay", 0))
    table = rows()
    if command == "set":
        kind, _, value = sys.stdin.readline().strip().partition(" ")
        say(change(oid, table, kind, value))
        continue
    if command == "get":
        found = oid if oid in table else None
    else:
        found = next((row for row in sorted(table) if oid is not None and row > oid), None)
    if found is None:
        say("NONE")
    else:
        say("." + ".".join(map(str, CHASSIS + found)), *table[found])
