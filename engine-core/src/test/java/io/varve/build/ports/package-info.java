// SPDX-License-Identifier: Apache-2.0
/** Ports for the servers of tests that must be told theirs before they listen. */
package io.varve.build.ports;
