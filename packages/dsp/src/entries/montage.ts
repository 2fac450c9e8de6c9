export { findPosition, type Montage, picks, type Position, positionOf, project2d, standardMontage } from "../montage";
