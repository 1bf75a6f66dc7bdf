// SPDX-License-Identifier: Apache-2.0
/**
 * A whole backend in a few hundred lines, one journal file per partition: what docs/writing-a-backend.md
 * tells of.
 */
package io.varve.conformance.example;
