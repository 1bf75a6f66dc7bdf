// SPDX-License-Identifier: Apache-2.0
/**
 * Serves S3 on this machine, for trying things out and for tests: S3Proxy with atomic conditional writes, a
 * request log, and faults on demand.
 */
package io.varve.s3server;
