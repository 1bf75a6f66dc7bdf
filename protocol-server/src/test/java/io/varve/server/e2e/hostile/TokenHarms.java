// SPDX-License-Identifier: Apache-2.0
package io.varve.server.e2e.hostile;

import io.varve.server.security.SignedTokenSource;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;

/** Does harm by tokens of OAUTHBEARER: some that are not to be taken, and very many that are. */
public final class TokenHarms {
    /** Who signs the tokens that the server under attack takes. */
    public static final SignedTokenSource ISSUER = SignedTokenSource.create();

    /** Whom the tokens are for. */
    public static final String AUDIENCE = "varve";

    /** The client id of many users, each of whom has a quota of its own. */
    public static final String MANY_USERS = "many-users";

    private static final int USERS = 500;
    private static final int TOKEN_BYTES = 500_000;
    private static final int DEPTH = 100_000;
    private static final int HOURS = 60;

    private TokenHarms() {}

    static List<Harm> harms() {
        byte[] begin = Unauthenticated.handshake("OAUTHBEARER", 1);
        byte[] forged = message(SignedTokenSource.create().valid("olive"));
        byte[] expired = message(ISSUER.expired("olive"));
        String sound = ISSUER.valid("olive");
        byte[] unsigned = message(part("{\"alg\":\"none\"}") + "." + sound.split("\\.")[1] + ".");
        byte[] unknownKey =
                message(part("{\"alg\":\"RS256\",\"kid\":\"another\"}") + sound.substring(sound.indexOf('.')));
        byte[] huge = message("x".repeat(TOKEN_BYTES));
        byte[] dots = message(".".repeat(TOKEN_BYTES));
        byte[] deep = message(part("{\"alg\":" + "[".repeat(DEPTH) + "]".repeat(DEPTH) + "}") + ".e30.e30");
        List<byte[]> users =
                IntStream.range(0, USERS).mapToObj(TokenHarms::session).toList();
        byte[] produce = HeldBack.produce(MANY_USERS);
        return List.of(
                refused("tokens that another has signed", begin, forged),
                refused("tokens that have expired", begin, expired),
                refused("tokens that nobody has signed", begin, unsigned),
                refused("tokens of a key that nobody knows", begin, unknownKey),
                refused("tokens of 500 KB", begin, huge),
                refused("tokens of 500,000 parts", begin, dots),
                refused("tokens with a header of 100,000 levels", begin, deep),
                Unauthenticated.atSasl("damaged tokens", attacker -> {
                    byte[] damaged = sound.getBytes(StandardCharsets.US_ASCII);
                    damaged[attacker.random().nextInt(damaged.length)] =
                            (byte) (32 + attacker.random().nextInt(95));
                    Unauthenticated.exchange(attacker, begin, message(new String(damaged, StandardCharsets.US_ASCII)));
                }),
                FewRights.known("another user on each connection, each with a quota", attacker -> {
                    byte[] session = users.get(attacker.random().nextInt(USERS));
                    Attacker.Peer peer = FewRights.authenticated(attacker, session);
                    peer.send(produce).takeAnswer();
                    peer.close();
                }));
    }

    /** What one of many users authenticates with; it has two answers. */
    public static byte[] session(int user) {
        return new RequestBytes()
                .raw(Unauthenticated.handshake("OAUTHBEARER", 1))
                .raw(message(ISSUER.token("user-" + user + "x".repeat(user), AUDIENCE, HOURS)))
                .unframed();
    }

    private static Harm refused(String name, byte[] begin, byte[] token) {
        return Unauthenticated.atSasl(name, attacker -> {
            Unauthenticated.exchange(attacker, begin, token);
            attacker.linger(Siege.PAUSE_MS);
        });
    }

    private static byte[] message(String token) {
        return Unauthenticated.token("n,,\u0001auth=Bearer " + token + "\u0001\u0001");
    }

    private static String part(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
