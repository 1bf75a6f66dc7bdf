// SPDX-License-Identifier: Apache-2.0
/** Checks at a start that metadata and storage fit, and raises leader epochs after an unclean shutdown. */
package io.varve.server.metadata.start;
