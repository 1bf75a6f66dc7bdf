#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Prints what makes bash, and zsh after bashcompinit, complete commands, options and values.
self=$0; [ ! -L "$0" ] || self=$(readlink -f "$0" 2>/dev/null || echo "$0")
. "${self%"${self##*/}"}lib/launch.sh"
help_if_asked "Usage: source <(bin/varve-completion.sh [COMMAND...])
Completes all commands, or those named, as in: bin/varve-completion.sh varve-tier varve-retention
Its output may stand in a file that the shell reads when it starts." "$@"

# print_completion NAME: prints what completes NAME.sh.
print_completion() {
  local name=$1 run=run_offline class
  case $name in
    varve-retention) class=io.varve.server.explanation.RetentionCommand ;;
    varve-clients) class=io.varve.server.clients.ClientsCommand ;;
    varve-clock) class=io.varve.server.clock.ClockCommand ;;
    varve-telemetry) class=io.varve.server.telemetry.TelemetryCommand ;;
    varve-import) class=io.varve.server.ImportCommand ;;
    varve-doctor) class=io.varve.server.doctor.DoctorCommand ;;
    varve-scrub) class=io.varve.command.ScrubCommand ;;
    varve-lmdb-stat) class=io.varve.command.LmdbStatCommand ;;
    varve-tier) class=io.varve.command.tier.TierCommand ;;
    kafka-storage) class=io.varve.server.format.StorageCommand ;;
    varve-s3) run=run_s3 class=io.varve.s3server.S3ServerMain ;;
    varve-experiment) run=run_experiment class=io.varve.experiments.command.ExperimentCommand ;;
    conformance) run=run_conformance class=io.varve.conformance.shell.Conformance ;;
    *) die "There is no completion of $name: one of ${COMMANDS[*]} has one." ;;
  esac
  : >"$SCRIPT"
  ("$run" picocli.AutoComplete --name "$name" --force --completionScript "$SCRIPT" "$class") && [ -s "$SCRIPT" ] || exit 1
  cat "$SCRIPT"
}

COMMANDS=(varve-retention varve-clients varve-clock varve-telemetry varve-import varve-doctor varve-scrub varve-lmdb-stat varve-tier varve-s3 varve-experiment kafka-storage conformance)
SCRIPT=$(mktemp)
trap 'rm -f "$SCRIPT"' EXIT
[ $# -gt 0 ] || set -- "${COMMANDS[@]}"
for name; do print_completion "${name%.sh}"; done
