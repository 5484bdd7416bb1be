# A stage hides the image of its name.
# expect: file /x content=mine\n
FROM box AS other
RUN echo mine > /x
FROM other AS box
FROM box
