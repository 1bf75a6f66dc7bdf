// SPDX-License-Identifier: Apache-2.0
/** Knows the features of this server and their levels, and changes the levels in use. */
package io.varve.server.metadata.feature;
