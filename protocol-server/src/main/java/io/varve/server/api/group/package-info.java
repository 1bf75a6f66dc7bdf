// SPDX-License-Identifier: Apache-2.0
/** Handlers of the group APIs. */
package io.varve.server.api.group;
