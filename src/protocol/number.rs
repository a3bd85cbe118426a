//! Decimal numbers without memory of their own.

/// A decimal number on the stack: a sequence number is written and compared for every probe.
pub(super) struct Number {
    digits: [u8; 10],
    start: usize,
}

impl Number {
    pub(super) fn new(value: u32) -> Self {
        Self::padded(value, 1)
    }

    /// With at least that many digits, zeros in front.
    pub(super) fn padded(mut value: u32, least: usize) -> Self {
        let mut digits = [b'0'; 10];
        let mut start = digits.len();
        for (place, digit) in digits.iter_mut().enumerate().rev() {
            // The remainder of a division by ten fits a byte.
            *digit = b'0' + u8::try_from(value % 10).unwrap_or_default();
            start = place;
            value /= 10;
            if value == 0 {
                break;
            }
        }
        let start = start.min(digits.len().saturating_sub(least));
        Self { digits, start }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.digits.get(self.start..).unwrap_or_default()
    }
}
