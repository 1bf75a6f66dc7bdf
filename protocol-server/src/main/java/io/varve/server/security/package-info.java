// SPDX-License-Identifier: Apache-2.0
/** Secures listeners: which protocol each speaks, by which settings, and who its clients are. */
package io.varve.server.security;
