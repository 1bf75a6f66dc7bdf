// SPDX-License-Identifier: Apache-2.0
/** Handles the requests by which members of share groups fetch and acknowledge records (KIP-932). */
package io.varve.server.api.share;
