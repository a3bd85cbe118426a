//! From whole numbers to those of arithmetic and back. What is counted here (bytes, nanoseconds, rounds,
//! points) stays far below 2^52, up to which every whole number has its own.

/// A number of something, to reckon with.
#[expect(
    clippy::cast_precision_loss,
    reason = "what is counted stays far below 2^52"
)]
pub(crate) fn float(number: u64) -> f64 {
    number as f64
}

/// The same of the length of a list.
#[expect(
    clippy::cast_precision_loss,
    reason = "what is counted stays far below 2^52"
)]
pub(crate) fn float_len(length: usize) -> f64 {
    length as f64
}

/// The nearest whole number: 0 of what is negative or no number, the largest of what is beyond it.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the conversion saturates"
)]
pub(crate) fn whole(figure: f64) -> u64 {
    figure.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_whole_number_becomes_the_nearest_that_there_is() {
        assert_eq!(whole(2.5), 3);
        assert_eq!(whole(-7.0), 0);
        assert_eq!(whole(f64::NAN), 0);
        assert_eq!(whole(f64::INFINITY), u64::MAX);
        assert_eq!(whole(float(1 << 50)), 1 << 50);
    }
}
