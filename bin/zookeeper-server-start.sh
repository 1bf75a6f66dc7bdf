#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
self=$0; [ ! -L "$0" ] || self=$(readlink -f "$0" 2>/dev/null || echo "$0")
. "${self%"${self##*/}"}lib/launch.sh"
say "No ZooKeeper is needed: Varve keeps its metadata in its own log. Go on with bin/kafka-server-start.sh config/server.properties"
