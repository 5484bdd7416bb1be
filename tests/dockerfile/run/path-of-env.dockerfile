# expect: file /x content=/bin:/own\n
FROM box
ENV PATH=/bin:/own
RUN echo $PATH > /x
