/** Places and sizes in pixels. */

export interface Point {
  x: number;
  y: number;
}

export interface Tile {
  width: number;
  height: number;
}
