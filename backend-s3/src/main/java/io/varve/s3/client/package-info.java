// SPDX-License-Identifier: Apache-2.0
/**
 * Talks to an S3 bucket: small and large objects, conditional creation, retries, counts of requests. The only
 * package that sees the AWS SDK.
 */
package io.varve.s3.client;
