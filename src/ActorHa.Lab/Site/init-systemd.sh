#!/bin/bash
# Becomes process 1 of a lab host that is installed as README.md ("Install") says: systemd, the project's own units, its
# files below /etc/actorha. What the machine itself would start at a boot is left out; nothing of the machine is changed:
# all that a host writes outside its disk is a copy of its own.
# Given by the lab in the environment: LAB_HOST, LAB_HOME (hosts/<name>), LAB_ADDRESS (a.b.c.d/len), LAB_BOOT_ID,
# LAB_PROGRAMS (what goes to /opt/actorha).
set -eu
export LC_ALL=C TZ=UTC
trap 'echo "init: line $LINENO failed"' ERR

units=/lib/systemd/system
# What a boot needs of Debian's units; the others would start what this machine has installed.
kept="basic.target final.target local-fs.target multi-user.target network-online.target network.target paths.target
  poweroff.target reboot.target shutdown.target slices.target sockets.target sysinit.target systemd-poweroff.service
  systemd-reboot.service timers.target umount.target"

mount -t tmpfs -o mode=755 run /run
mount -t tmpfs -o mode=1777 shm /dev/shm
mount -t tmpfs -o mode=1777 tmp /tmp
mount -t tmpfs -o mode=755 opt /opt
mkdir -p /run/lab/units /run/lab/none /run/lock /opt/actorha
echo "$LAB_BOOT_ID" >/run/boot_id
mount --bind /run/boot_id /proc/sys/kernel/random/boot_id
mount -t cgroup2 cgroup2 /sys/fs/cgroup

# /etc: the machine's, without what was installed in it, with what an administrator of this host would have written.
cp -a /etc /run/lab/etc
rm -rf /run/lab/etc/systemd/system /run/lab/etc/actorha
cp -a "$LAB_HOME/etc/installed/." /run/lab/etc/
cp "$LAB_HOME/etc/hosts" /run/lab/etc/hosts
echo "$LAB_HOST" >/run/lab/etc/hostname
mount --bind /run/lab/etc /etc
chown -R root:root /etc/actorha
chown -R etcd /etc/actorha/etcd

for unit in $kept; do cp "$units/$unit" /run/lab/units/; done
mount --bind /run/lab/units "$units"
mount --bind /run/lab/none /lib/systemd/system-generators

# The host's disk outlives its power.
mount --bind "$LAB_HOME/disk" /var/lib
mount --bind "$LAB_PROGRAMS" /opt/actorha
: >>"$LAB_HOME/log/systemd.log"
mount --bind "$LAB_HOME/log/systemd.log" /dev/console

# Where dotnet lies elsewhere, a drop-in says so (actorha-agent.service).
if [ ! -x /usr/bin/dotnet ]; then
  printf '[Service]\nExecStart=\nExecStart=%s /opt/actorha/actorha-agent.dll --config /etc/actorha/actorha.conf\n' \
    "$(command -v dotnet)" >/etc/systemd/system/actorha-agent.service.d/dotnet.conf
fi
SYSTEMD_OFFLINE=1 systemctl --quiet enable actorha-etcd actorha-agent

ip link set lo up
ip addr add "$LAB_ADDRESS" dev eth0
ip link set eth0 up
# systemd leaves the machine's own settings alone where it knows that it is not alone.
exec env -i PATH="$PATH" container=lab /lib/systemd/systemd --system --unit=multi-user.target --log-target=console --show-status=no
