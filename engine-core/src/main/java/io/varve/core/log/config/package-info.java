// SPDX-License-Identifier: Apache-2.0
/** What a topic's configuration means to one partition. */
package io.varve.core.log.config;
