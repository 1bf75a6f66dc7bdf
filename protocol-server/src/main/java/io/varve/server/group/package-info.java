// SPDX-License-Identifier: Apache-2.0
/** Kafka's group coordinator hosted on our log; the only package that sees its jars. */
package io.varve.server.group;
