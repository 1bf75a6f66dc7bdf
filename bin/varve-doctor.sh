#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$(readlink -f "$0" 2>/dev/null || echo "$0")")/lib/launch.sh"
run_offline io.varve.server.doctor.DoctorCommand "$@"
