// SPDX-License-Identifier: Apache-2.0
/** Retention explained to people and programs elsewhere: its form on the wire, a client for it, and {@code bin/varve-retention.sh}. */
package io.varve.server.retention;
