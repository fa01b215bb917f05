//! The shape of each severity: told apart without colour, and without any font.

use model::finding::Severity;

/// The points of a severity's shape in a square of this size: octagon, triangle, diamond, square.
pub(super) fn glyph_points(severity: Severity, size: f64) -> String {
    let shape: &[(f64, f64)] = match severity {
        Severity::Critical => {
            &[(0.3, 0.0), (0.7, 0.0), (1.0, 0.3), (1.0, 0.7), (0.7, 1.0), (0.3, 1.0), (0.0, 0.7), (0.0, 0.3)]
        }
        Severity::High => &[(0.5, 0.04), (1.0, 0.96), (0.0, 0.96)],
        Severity::Medium => &[(0.5, 0.0), (1.0, 0.5), (0.5, 1.0), (0.0, 0.5)],
        Severity::Low => &[(0.15, 0.15), (0.85, 0.15), (0.85, 0.85), (0.15, 0.85)],
    };
    let points = shape.iter().map(|(x, y)| format!("{:.1},{:.1}", x * size, y * size));
    points.collect::<Vec<_>>().join(" ")
}
