// SPDX-License-Identifier: Apache-2.0
/** Holds what a topic's configuration means to one partition. */
package io.varve.core.log.config;
