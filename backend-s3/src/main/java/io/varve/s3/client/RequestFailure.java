// SPDX-License-Identifier: Apache-2.0
package io.varve.s3.client;

import java.util.Map;
import java.util.Set;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Reports a failed attempt of a request, inside this package. Judged by the error's code before its status:
 * some stores send the code in an answer with status 200.
 */
final class RequestFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_TEXT = 300;

    /** What a failed attempt says about the request. */
    enum Meaning {
        /** The object or the upload does not exist, or the object is shorter than the range. */
        ABSENT,
        /** The bucket does not exist, or the endpoint is no store: says nothing of the object. */
        NO_BUCKET,
        /** A condition was not met: the object exists. It may be this request's own, after a lost reply. */
        EXISTS,
        /** A concurrent request left this one undecided. */
        CONFLICT,
        /** The credentials are missing, wrong or expired, or do not allow the request. */
        DENIED,
        /** May succeed when repeated. The outcome of a write is open. */
        TRANSIENT,
        /** Fails for good. */
        REFUSED
    }

    static final String NOT_IMPLEMENTED = "NotImplemented";

    private static final Map<Meaning, Set<String>> CODES = Map.of(
            Meaning.ABSENT,
            Set.of("NoSuchKey", "NoSuchUpload", "InvalidRange"),
            Meaning.NO_BUCKET,
            Set.of("NoSuchBucket"),
            Meaning.EXISTS,
            Set.of("PreconditionFailed"),
            Meaning.CONFLICT,
            Set.of("ConditionalRequestConflict", "OperationAborted"),
            Meaning.DENIED,
            Set.of(
                    "AccessDenied",
                    "AccountProblem",
                    "AllAccessDisabled",
                    "ExpiredToken",
                    "InvalidAccessKeyId",
                    "InvalidToken",
                    "RequestExpired",
                    "RequestTimeTooSkewed",
                    "SignatureDoesNotMatch",
                    "TokenRefreshRequired"),
            Meaning.TRANSIENT,
            Set.of(
                    "BadDigest",
                    "IncompleteBody",
                    "InternalError",
                    "RequestTimeout",
                    "ServiceUnavailable",
                    "SlowDown",
                    "Throttling",
                    "ThrottlingException",
                    "TooManyRequests",
                    "XAmzContentChecksumMismatch",
                    "XAmzContentSHA256Mismatch"),
            Meaning.REFUSED,
            Set.of("InvalidObjectState", NOT_IMPLEMENTED));

    private final Meaning meaning;
    private final String code;

    private RequestFailure(Meaning meaning, String code, String text, Throwable cause) {
        super(text, cause);
        this.meaning = meaning;
        this.code = code;
    }

    /** Judges what the SDK threw. */
    static RequestFailure of(SdkException failure) {
        if (failure instanceof AwsServiceException answer) {
            AwsErrorDetails details = answer.awsErrorDetails();
            String code = details == null || details.errorCode() == null ? "" : details.errorCode();
            String message = details == null || details.errorMessage() == null ? "" : ": " + details.errorMessage();
            String text = (answer.statusCode() + " " + code).trim() + message;
            return new RequestFailure(judge(code, answer.statusCode()), code, oneLine(text), failure);
        }
        if (StoreCredentials.areMissing(failure)) {
            return new RequestFailure(Meaning.DENIED, "", oneLine(failure.getMessage()), failure);
        }
        boolean interrupted = failure instanceof AbortedException;
        Meaning meaning = interrupted ? Meaning.REFUSED : Meaning.TRANSIENT;
        return new RequestFailure(meaning, "", oneLine(text(failure)), failure);
    }

    /** Makes the failure of an answer that is no error but wrong. */
    static RequestFailure of(Meaning meaning, String text) {
        return new RequestFailure(meaning, "", text, null);
    }

    /** Judges an error inside an answer that has one for each key. */
    static RequestFailure ofCode(String code, String text) {
        return new RequestFailure(judge(code, 200), code, oneLine(text), null);
    }

    Meaning meaning() {
        return meaning;
    }

    /** @return the store's error code, or an empty string */
    String code() {
        return code;
    }

    /** @return true if the same request may succeed when repeated */
    boolean isTransient() {
        return meaning == Meaning.TRANSIENT || meaning == Meaning.CONFLICT;
    }

    private static Meaning judge(String code, int status) {
        for (Map.Entry<Meaning, Set<String>> codes : CODES.entrySet()) {
            if (codes.getValue().contains(code)) {
                return codes.getKey();
            }
        }
        return switch (status) {
            // HEAD has no body to say why; expired credentials answer so.
            case 400 -> code.isEmpty() ? Meaning.DENIED : Meaning.REFUSED;
            // A store names the key that is not there; a proxy, or what is no store, does not.
            case 404 -> Meaning.NO_BUCKET;
            case 416 -> Meaning.ABSENT;
            case 412 -> Meaning.EXISTS;
            case 409 -> Meaning.CONFLICT;
            case 401, 403 -> Meaning.DENIED;
            case 408, 429 -> Meaning.TRANSIENT;
            case 501, 505 -> Meaning.REFUSED;
            default -> status >= 500 || status < 300 ? Meaning.TRANSIENT : Meaning.REFUSED;
        };
    }

    private static String text(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root == failure ? String.valueOf(failure.getMessage()) : failure.getMessage() + " (" + root + ")";
    }

    private static String oneLine(String text) {
        String line = String.valueOf(text).replaceAll("\\s+", " ");
        return line.length() <= MAX_TEXT ? line : line.substring(0, MAX_TEXT) + "…";
    }
}
