// SPDX-License-Identifier: Apache-2.0
/** Handles the APIs of consumer groups: membership, committed offsets, administration. */
package io.varve.server.api.group;
