//! Numbers of the language: exact fractions, so that `0.1 + 0.2` is `0.3`, as with the big floats of others.

use std::cmp::Ordering;
use std::fmt::Write;

/// Digits after which a fraction without end is cut: what 512 bits of mantissa hold.
const DIGITS: usize = 155;

/// Digits, exponent included, that a number may be written with: ten to this power fits an `i128`.
const LARGEST_EXPONENT: i32 = 38;

/// A fraction in lowest terms; the denominator is positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    numerator: i128,
    denominator: i128,
}

impl Number {
    /// Zero.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };

    /// `numerator / denominator`; `None` when that is not a number, or does not fit.
    pub fn fraction(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 || numerator == i128::MIN || denominator == i128::MIN {
            return None;
        }
        let divisor = common_divisor(numerator.unsigned_abs(), denominator.unsigned_abs());
        let divisor = i128::try_from(divisor).ok()? * denominator.signum();
        Some(Self { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// Reads `-12.5e3`; `None` when that is no decimal number, or does not fit.
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (text, 0),
        };
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let part = part.trim_end_matches('0');
        if (whole.is_empty() && part.is_empty())
            || !whole.bytes().chain(part.bytes()).all(|b| b.is_ascii_digit())
        {
            return None;
        }
        let value: i128 =
            if whole.is_empty() { part.parse().ok()? } else { format!("{whole}{part}").parse().ok()? };
        let value = if negative { -value } else { value };
        let shift = exponent.checked_sub(i32::try_from(part.len()).ok()?)?;
        let scale = 10_i128.checked_pow(u32::try_from(shift.checked_abs()?).ok()?);
        match (value, scale) {
            (0, _) => Some(Self::ZERO),
            _ if shift.abs() > LARGEST_EXPONENT => None,
            (_, Some(scale)) if shift >= 0 => Self::fraction(value.checked_mul(scale)?, 1),
            (_, Some(scale)) => Self::fraction(value, scale),
            (_, None) => None,
        }
    }

    /// The decimal number that is meant by a binary one.
    pub fn from_float(value: f64) -> Option<Self> {
        value.is_finite().then(|| Self::parse(&format!("{value}"))).flatten()
    }

    /// The nearest binary number.
    #[expect(clippy::cast_precision_loss, reason = "the nearest one is asked for")]
    pub fn to_float(self) -> f64 {
        self.to_string().parse().unwrap_or(self.numerator as f64 / self.denominator as f64)
    }

    /// The number, where it is a whole one.
    pub fn whole(self) -> Option<i128> {
        (self.denominator == 1).then_some(self.numerator)
    }

    /// The number as an index or a count.
    pub fn index(self) -> Option<usize> {
        self.whole().and_then(|whole| usize::try_from(whole).ok())
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Option<Self> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Self::fraction(left.checked_add(right)?, self.denominator.checked_mul(other.denominator)?)
    }

    /// The number below zero, or above it again.
    pub fn negate(self) -> Self {
        Self { numerator: -self.numerator, denominator: self.denominator }
    }

    /// The difference.
    pub fn subtract(self, other: Self) -> Option<Self> {
        self.plus(other.negate())
    }

    /// The product.
    pub fn multiply(self, other: Self) -> Option<Self> {
        let numerator = self.numerator.checked_mul(other.numerator)?;
        Self::fraction(numerator, self.denominator.checked_mul(other.denominator)?)
    }

    /// The quotient; `None` for one by zero.
    pub fn divide(self, other: Self) -> Option<Self> {
        let numerator = self.numerator.checked_mul(other.denominator)?;
        Self::fraction(numerator, self.denominator.checked_mul(other.numerator)?)
    }

    /// What is left by a division that is cut towards zero.
    pub fn remainder(self, other: Self) -> Option<Self> {
        let quotient = self.divide(other)?;
        let whole = quotient.numerator / quotient.denominator;
        self.subtract(other.multiply(Self { numerator: whole, denominator: 1 })?)
    }

    /// The next whole number below, or the number itself.
    pub fn floor(self) -> Self {
        Self { numerator: self.numerator.div_euclid(self.denominator), denominator: 1 }
    }

    /// The next whole number above, or the number itself.
    pub fn ceil(self) -> Self {
        self.negate().floor().negate()
    }

    /// -1, 0 or 1.
    pub fn sign(self) -> i128 {
        self.numerator.signum()
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self { numerator: i128::try_from(value).unwrap_or(i128::MAX), denominator: 1 }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self { numerator: i128::from(value), denominator: 1 }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let left = self.numerator.checked_mul(other.denominator);
        let right = other.numerator.checked_mul(self.denominator);
        match (left, right) {
            (Some(left), Some(right)) => left.cmp(&right),
            _ => self.to_float().total_cmp(&other.to_float()),
        }
    }
}

/// Decimal, without an exponent; a fraction without end has [`DIGITS`] digits.
impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.denominator == 1 {
            return write!(f, "{}", self.numerator);
        }
        let denominator = self.denominator.unsigned_abs();
        let (whole, mut rest) =
            (self.numerator.unsigned_abs() / denominator, self.numerator.unsigned_abs() % denominator);
        let mut text = whole.to_string();
        let mut left = DIGITS.saturating_sub(if whole == 0 { 0 } else { text.len() });
        text.push('.');
        let mut started = whole != 0;
        while rest != 0 && left > 0 {
            let (digit, next) = ten_times(rest, denominator);
            started |= digit != 0;
            left -= usize::from(started);
            write!(text, "{digit}")?;
            rest = next;
        }
        if rest != 0 && ten_times(rest, denominator).0 >= 5 {
            round_up(&mut text);
        }
        write!(f, "{}{text}", if self.numerator < 0 { "-" } else { "" })
    }
}

/// The next digit of `rest / denominator`, and what is left; no product is larger than twice the denominator.
fn ten_times(rest: u128, denominator: u128) -> (u8, u128) {
    let (mut digit, mut sum) = (0, 0_u128);
    for _ in 0..10 {
        sum += rest;
        if sum >= denominator {
            sum -= denominator;
            digit += 1;
        }
    }
    (digit, sum)
}

/// Adds one to the last digit of a decimal fraction.
fn round_up(text: &mut String) {
    let mut bytes = std::mem::take(text).into_bytes();
    let mut carry = true;
    for byte in bytes.iter_mut().rev().filter(|byte| **byte != b'.') {
        carry = *byte == b'9';
        *byte = if carry { b'0' } else { *byte + 1 };
        if !carry {
            break;
        }
    }
    if carry {
        bytes.insert(0, b'1');
    }
    *text =
        String::from_utf8(bytes).unwrap_or_default().trim_end_matches('0').trim_end_matches('.').to_string();
}

/// Euclid's.
fn common_divisor(mut left: u128, mut right: u128) -> u128 {
    while right != 0 {
        (left, right) = (right, left % right);
    }
    left.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact() {
        let sum = Number::parse("0.1").unwrap().plus(Number::parse("0.2").unwrap()).unwrap();
        assert_eq!(sum.to_string(), "0.3");
        assert_eq!(Number::parse("1e3").unwrap().to_string(), "1000");
        assert_eq!(Number::parse("-1.50").unwrap().to_string(), "-1.5");
        assert_eq!(Number::parse("7").unwrap().divide(Number::from(2_i64)).unwrap().to_string(), "3.5");
    }

    #[test]
    fn fractions_without_end_are_rounded() {
        let third = Number::fraction(2, 3).unwrap().to_string();
        assert_eq!(third.len(), 2 + DIGITS);
        assert!(third.starts_with("0.666") && third.ends_with("67"));
    }

    #[test]
    fn what_does_not_fit_is_no_number() {
        for text in
            ["", "x", "1e99", "1e-99", "1.2.3", "-", ".", "e5", "99999999999999999999999999999999999999999"]
        {
            assert_eq!(Number::parse(text), None, "{text}");
        }
        assert_eq!(Number::parse("1e38").unwrap().multiply(Number::from(10_i64)), None);
    }

    #[test]
    fn remainders_have_the_sign_of_the_dividend() {
        let rest = |a: &str, b: &str| {
            Number::parse(a).unwrap().remainder(Number::parse(b).unwrap()).unwrap().to_string()
        };
        assert_eq!(rest("-5", "3"), "-2");
        assert_eq!(rest("5.5", "2"), "1.5");
    }
}
