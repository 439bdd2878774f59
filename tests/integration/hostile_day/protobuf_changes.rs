//! Changes of protobuf messages that know their structure: fields come, go, change their number, their kind and their value, and lengths still fit.

use super::byte_changes::extreme;
use crate::support::random_draws::RandomDraws;

/// A field as it is on the wire.
#[derive(Debug, Clone)]
enum Value {
    Varint(u64),
    Fixed64([u8; 8]),
    Bytes(Vec<u8>),
    Fixed32([u8; 4]),
}

#[derive(Debug, Clone)]
struct Field {
    number: u64,
    value: Value,
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn parse(mut bytes: &[u8]) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes)?;
        let value = match tag & 7 {
            0 => Value::Varint(varint(&mut bytes)?),
            1 => {
                let (value, rest) = bytes.split_first_chunk()?;
                bytes = rest;
                Value::Fixed64(*value)
            }
            2 => {
                let length = usize::try_from(varint(&mut bytes)?).ok()?;
                let (value, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                Value::Bytes(value.to_vec())
            }
            5 => {
                let (value, rest) = bytes.split_first_chunk()?;
                bytes = rest;
                Value::Fixed32(*value)
            }
            _ => return None,
        };
        fields.push(Field {
            number: tag >> 3,
            value,
        });
    }
    Some(fields)
}

fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn write(fields: &[Field]) -> Vec<u8> {
    let mut out = Vec::new();
    for field in fields {
        let tag = field.number << 3;
        match &field.value {
            Value::Varint(number) => {
                put(&mut out, tag);
                put(&mut out, *number);
            }
            Value::Fixed64(bytes) => {
                put(&mut out, tag | 1);
                out.extend_from_slice(bytes);
            }
            Value::Bytes(bytes) => {
                put(&mut out, tag | 2);
                put(&mut out, bytes.len() as u64);
                out.extend_from_slice(bytes);
            }
            Value::Fixed32(bytes) => {
                put(&mut out, tag | 5);
                out.extend_from_slice(bytes);
            }
        }
    }
    out
}

/// A few changes of a message; bytes that are none stay as they are.
pub(super) fn change(bytes: &mut Vec<u8>, random: &mut RandomDraws) {
    if let Some(mut fields) = parse(bytes) {
        for _ in 0..1 + random.below(5) {
            change_fields(&mut fields, 0, random);
        }
        *bytes = write(&fields);
    }
}

fn change_fields(fields: &mut Vec<Field>, depth: usize, random: &mut RandomDraws) {
    if fields.is_empty() {
        fields.push(Field {
            number: 1 + random.below(16),
            value: Value::Varint(extreme(random)),
        });
        return;
    }
    let at = random.below(fields.len() as u64) as usize;
    let to = random.below(fields.len() as u64) as usize;
    // Most of a profile are strings, and a change of the fields of a few deserves its turn: one of each number is as likely.
    let at = match random.below(2) {
        0 => {
            let number = 1 + random.below(15);
            let of_number: Vec<usize> = (0..fields.len())
                .filter(|&at| fields[at].number == number)
                .collect();
            match of_number.as_slice() {
                [] => at,
                some => some[random.below(some.len() as u64) as usize],
            }
        }
        _ => at,
    };
    if depth < 3
        && random.below(3) > 0
        && let Value::Bytes(bytes) = &mut fields[at].value
        && let Some(mut inner) = parse(bytes)
        && !inner.is_empty()
    {
        change_fields(&mut inner, depth + 1, random);
        *bytes = write(&inner);
        return;
    }
    match random.below(12) {
        0 => drop(fields.remove(at)),
        1 => {
            let field = fields[at].clone();
            fields.insert(to, field);
        }
        2 => fields.swap(at, to),
        3 => fields[at].number = 1 + random.below(17),
        4 => fields[at].number = extreme(random) >> 3,
        5 => {
            let value = fields[to].value.clone();
            fields[at].value = value;
        }
        6 => {
            let number = extreme(random);
            fields[at].value = match random.below(3) {
                0 => Value::Fixed64(number.to_le_bytes()),
                1 => Value::Fixed32([number as u8; 4]),
                _ => Value::Bytes(number.to_le_bytes().to_vec()),
            };
        }
        7 => {
            // Packed becomes unpacked, and the other way round.
            let number = fields[at].number;
            match &fields[at].value {
                Value::Bytes(bytes) => {
                    let mut rest = bytes.as_slice();
                    let mut numbers = Vec::new();
                    while let Some(value) = varint(&mut rest) {
                        numbers.push(Field {
                            number,
                            value: Value::Varint(value),
                        });
                    }
                    fields.splice(at..=at, numbers);
                }
                Value::Varint(value) => {
                    let mut bytes = Vec::new();
                    for _ in 0..random.below(4) {
                        put(&mut bytes, *value);
                    }
                    fields[at].value = Value::Bytes(bytes);
                }
                _ => {}
            }
        }
        8 => {
            if let Value::Bytes(bytes) = &mut fields[at].value {
                super::byte_changes::change(bytes, &[], random);
            }
        }
        9 => {
            if let Value::Bytes(bytes) = &mut fields[at].value {
                *bytes = match random.below(4) {
                    0 => vec![b'x'; 1 << random.below(17)],
                    1 => b"\x1b[2J<script>;|`\r\n\0\xff\xe2\x80\xae".to_vec(),
                    2 => vec![0xff; 11],
                    _ => Vec::new(),
                };
            }
        }
        _ => {
            fields[at].value = match &fields[at].value {
                Value::Varint(number) if random.below(2) == 0 => {
                    Value::Varint(number.wrapping_add(random.below(5)).wrapping_sub(2))
                }
                _ => Value::Varint(extreme(random)),
            };
        }
    }
}
