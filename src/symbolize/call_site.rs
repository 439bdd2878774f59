//! Whether the machine code before a return address is a call.
//!
//! Text formats record no build ids. But every address of a stack is one that a call returns to, and in another build
//! the code has moved: the chance that a call ends just there by accident is about one in fifty. So a file is believed if calls
//! end where the profile says that they do.

use object::Architecture;
use object::read::Object;

use super::elf_image::ElfImage;

/// Whether a call ends where `linked`, the last byte of it, says; `None` where that cannot be told: the code is not in
/// the file, or of a machine that this module does not know.
pub(super) fn is_call(image: &ElfImage<'_>, linked: u64) -> Option<bool> {
    let ends_call: fn(&[u8]) -> bool = match image.file.architecture() {
        Architecture::X86_64 | Architecture::I386 => ends_x86_call,
        Architecture::Aarch64 => ends_arm64_call,
        _ => return None,
    };
    // Some profilers do not return to the innermost frame but interrupt it; its address may be moved back or not.
    let code = image.code_before(linked.checked_add(1)?, 8)?;
    Some(ends_call(code) || code.split_last().is_some_and(|(_, rest)| ends_call(rest)))
}

/// `E8 rel32`, or `FF /2` with any of its operands, of 2 to 7 bytes (Intel SDM volume 2, CALL). A far call is not looked for.
fn ends_x86_call(code: &[u8]) -> bool {
    let from_end = |back: usize| code.len().checked_sub(back).map(|at| code[at]);
    if from_end(5) == Some(0xE8) {
        return true;
    }
    // Length of the instruction from the FF on, by its ModRM byte, and by the SIB byte behind it.
    (2..=7).any(|length| {
        if from_end(length) != Some(0xFF) {
            return false;
        }
        let Some(modrm) = from_end(length - 1) else {
            return false;
        };
        let (mode, register, memory) = (modrm >> 6, modrm >> 3 & 7, modrm & 7);
        let has_sib = mode != 3 && memory == 4;
        let displacement = match (mode, memory) {
            (0, 5) | (2, _) => 4,
            (0, 4) if length > 2 && from_end(length - 2).is_some_and(|sib| sib & 7 == 5) => 4,
            (1, _) => 1,
            _ => 0,
        };
        register == 2 && length == 2 + usize::from(has_sib) + displacement
    })
}

/// `BL` and `BLR`, and `BLRAA` and its relatives that also authenticate the pointer (Arm ARM, C6.2).
fn ends_arm64_call(code: &[u8]) -> bool {
    let Some(&word) = code.last_chunk::<4>() else {
        return false;
    };
    let word = u32::from_le_bytes(word);
    word & 0xFC00_0000 == 0x9400_0000
        || word & 0xFFFF_FC1F == 0xD63F_0000
        || word & 0xFEFF_F800 == 0xD63F_0800
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_near_call_on_x86_is_known() {
        let calls: [&[u8]; 8] = [
            &[0xE8, 1, 2, 3, 4],
            &[0xFF, 0xD0],                      // call *%rax
            &[0x41, 0xFF, 0xD3],                // call *%r11
            &[0xFF, 0x53, 0x18],                // call *0x18(%rbx)
            &[0xFF, 0x15, 1, 2, 3, 4],          // call *0x4030201(%rip)
            &[0xFF, 0x14, 0xC8],                // call *(%rax,%rcx,8)
            &[0xFF, 0x94, 0x24, 8, 0, 0, 0],    // call *0x8(%rsp)
            &[0xFF, 0x14, 0xC5, 0, 0, 0, 0x10], // call *0x10000000(,%rax,8)
        ];
        for call in calls {
            assert!(ends_x86_call(call), "{call:x?}");
        }
        for other in [&[0x48u8, 0x89, 0xE5][..], &[0xFF, 0xE0], &[0x90; 8], &[]] {
            assert!(!ends_x86_call(other), "{other:x?}");
        }
    }

    #[test]
    fn calls_on_arm64_are_known() {
        for call in [0x9400_0010u32, 0x97FF_FFFF, 0xD63F_0100, 0xD63F_0800] {
            assert!(ends_arm64_call(&call.to_le_bytes()), "{call:x}");
        }
        assert!(!ends_arm64_call(&0xD65F_03C0u32.to_le_bytes()), "ret");
    }
}
