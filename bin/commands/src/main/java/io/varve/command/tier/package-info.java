// SPDX-License-Identifier: Apache-2.0
/**
 * Looks into the bucket of a tiered storage, also beside a running server: what is in it, whether it is
 * sound, what it costs, what nothing needs.
 */
package io.varve.command.tier;
