"""What one score does not tell.

`calibration` asks whether it is as sure as it is right, `robustness` what happens when the images get worse, `gradcam` where
it looks, and `figures` draws all that.
"""
