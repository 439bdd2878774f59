//! SHA-256 and Base64, to hold the hashes in the page's security policy against the scripts. Not for anything else.

/// The `sha256-...` source expression of a script, as content security policies write it.
pub(super) fn source_expression(script: &str) -> String {
    format!("sha256-{}", base64(&sha256(script.as_bytes())))
}

/// <https://doi.org/10.6028/NIST.FIPS.180-4>
fn sha256(bytes: &[u8]) -> Vec<u8> {
    let primes: Vec<u32> = (2..312u32)
        .filter(|n| (2..*n).all(|d| n % d != 0))
        .collect();
    let fraction = |root: f64| ((root - root.floor()) * 4_294_967_296.0) as u32;
    let constants: Vec<u32> = primes
        .iter()
        .map(|&p| fraction(f64::from(p).cbrt()))
        .collect();
    let mut state: Vec<u32> = primes[..8]
        .iter()
        .map(|&p| fraction(f64::from(p).sqrt()))
        .collect();
    let mut message = bytes.to_vec();
    message.push(0x80);
    message.resize((message.len() + 8).next_multiple_of(64) - 8, 0);
    message.extend((bytes.len() as u64 * 8).to_be_bytes());
    for block in message.chunks(64) {
        let mut w: Vec<u32> = block
            .chunks(4)
            .map(|word| word.iter().fold(0, |sum, &byte| sum << 8 | u32::from(byte)))
            .collect();
        for i in 16..64 {
            let s0 = w[i - 15].rotate_right(7) ^ w[i - 15].rotate_right(18) ^ (w[i - 15] >> 3);
            let s1 = w[i - 2].rotate_right(17) ^ w[i - 2].rotate_right(19) ^ (w[i - 2] >> 10);
            w.push(
                w[i - 16]
                    .wrapping_add(s0)
                    .wrapping_add(w[i - 7])
                    .wrapping_add(s1),
            );
        }
        let mut v = state.clone();
        for i in 0..64 {
            let s1 = v[4].rotate_right(6) ^ v[4].rotate_right(11) ^ v[4].rotate_right(25);
            let choice = (v[4] & v[5]) ^ (!v[4] & v[6]);
            let t1 = [s1, choice, constants[i], w[i]]
                .iter()
                .fold(v[7], |sum, &x| sum.wrapping_add(x));
            let s0 = v[0].rotate_right(2) ^ v[0].rotate_right(13) ^ v[0].rotate_right(22);
            let majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
            v.rotate_right(1);
            v[4] = v[4].wrapping_add(t1);
            v[0] = t1.wrapping_add(s0).wrapping_add(majority);
        }
        state
            .iter_mut()
            .zip(v)
            .for_each(|(sum, word)| *sum = sum.wrapping_add(word));
    }
    state.into_iter().flat_map(u32::to_be_bytes).collect()
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |sum, i| {
            sum << 8 | u32::from(*three.get(i).unwrap_or(&0))
        });
        for i in 0..4 {
            out.push(if i > three.len() {
                '='
            } else {
                char::from(DIGITS[(bits >> (18 - 6 * i)) as usize & 63])
            });
        }
    }
    out
}

#[test]
fn it_is_what_the_standard_says() {
    // The example of FIPS 180-2, appendix B.1.
    assert_eq!(
        source_expression("abc"),
        "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="
    );
}
