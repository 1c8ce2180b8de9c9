#!/bin/busybox sh
# First process of the emulated machine: mounts what a Debian has mounted, runs the tests, switches the machine off.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/applets HOME=/root TERM=dumb
busybox mount -t proc proc /proc
busybox mount -t sysfs sys /sys
busybox mkdir -p /dev/pts /dev/shm /opt/applets
busybox mount -t devpts -o ptmxmode=0666 pts /dev/pts
busybox mount -t tmpfs -o mode=1777 shm /dev/shm
busybox mount -t tmpfs -o mode=755 run /run
busybox mount -t tracefs tracefs /sys/kernel/tracing
busybox ln -s /proc/self/fd /dev/fd
for word in $(busybox cat /proc/cmdline); do
  case $word in lanner.cgroup=*) cgroup=${word#*=} ;; esac
done
if [ "$cgroup" = v1 ]; then
  busybox mount -t tmpfs cgroup /sys/fs/cgroup
  for controller in cpuset cpu,cpuacct blkio memory devices freezer pids; do
    busybox mkdir /sys/fs/cgroup/$controller
    busybox mount -t cgroup -o $controller cgroup /sys/fs/cgroup/$controller
  done
else
  busybox mount -t cgroup2 cgroup2 /sys/fs/cgroup
fi
# Small tools of which the system has no full version.
busybox --install -s /opt/applets
busybox hostname -F /etc/hostname
busybox ip link set lo up
ldconfig
cd /lanner
# What acts in the scenes, on an architecture that the host has no compiler for.
if grep -q scenes.test task.json && [ ! -e build/lanner-actor ]; then
  cc -static -O2 -o build/lanner-actor scenes/actor/*.c
fi
node_modules/node-linux-*/bin/node test/kernels/guest.ts
busybox sync
busybox poweroff -f
