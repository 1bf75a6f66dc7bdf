// SPDX-License-Identifier: Apache-2.0
/**
 * Opens, restarts and crashes the storages that are checked, and breaks their devices. A third party writes
 * against this package and the one above.
 */
package io.varve.conformance.rig;
