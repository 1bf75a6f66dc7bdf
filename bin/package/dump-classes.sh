#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# dump-classes.sh JAVA ARCHIVE: dumps the JDK's own classes for sharing, as every JDK has them, with the same bytes each time.
#
# A dump has classes and symbols in the order in which they came. Before JDK 19 the JVM's thread of finalizers runs meanwhile, and loads a
# class (jdk.internal.misc.VM) before the main thread does, or after it. So a dump counts only if one thread has loaded all classes. That
# thread is seldom interrupted on one processor, as a batch; the JVM has no other threads for work then (-Xint, SerialGC).
set -euo pipefail
java=$1 archive=$2
loaded=$(mktemp)
trap 'rm -f "$loaded"' EXIT
processor=$(taskset -pc $$ | sed 's/.*[ ,-]//')
for _ in {1..100}; do
  taskset -c "$processor" chrt --batch 0 "$java" -Xshare:dump -Xlog:disable -Xlog:class+load=info:file="$loaded":tid:filecount=0 \
    -XX:SharedArchiveFile="$archive" -Xms128m -Xmx128m -XX:+UseSerialGC -Xint
  threads=$(cut -d ' ' -f 1 "$loaded" | sort -u | wc -l)
  [ "$threads" -ne 1 ] || exit 0
done
echo "In none of 100 dumps one thread has loaded all classes." >&2
exit 1
